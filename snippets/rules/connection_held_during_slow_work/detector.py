"""A slow wait between a query and the end of its transaction."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import request_functions
from fastapi_pro.auditing.libraries.legacy_fastapi import depends, params, routes
from fastapi_pro.auditing.libraries.slow_calls import slow_await, slow_call
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    COROUTINES,
    QUERIES,
    dotted,
    parameters_given,
    touches,
)
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callee,
    calls_in,
    is_a,
    is_session,
    own_nodes,
)
from fastapi_pro.auditing.model.library_types import ASYNC_CONNECTION, CONNECTION

_ENDS = {"close", "commit", "invalidate", "reset", "rollback"}
_DEPTH = 4  # of calls followed


@dataclass(frozen=True, slots=True, eq=False)
class _Slow:
    """A slow wait: the call in the function looked at, and the one that it comes to."""

    call: ast.Call
    leaf: ast.Call
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Event:
    """What begins or ends the transaction of the session called `session` here."""

    node: ast.AST
    session: str


def detect(program: Program) -> Iterator[Hit]:
    """Yield the slow waits; one for all the places that lead to the same slow call."""
    found: dict[int, list[tuple[At, _Slow, _Event]]] = defaultdict(list)
    for function in program.functions:
        if function not in program.fact(request_functions) or function.module.is_tool:
            continue
        if not _is_run(program, function):
            continue
        held = _held(program, function)
        if held is not None:
            found[id(held[0].leaf)].append((function, *held))
    for held_at in found.values():
        held_at.sort(key=lambda item: item[1].call is not item[1].leaf)
        function, slow, query = held_at[0]
        assert isinstance(function.node, FUNCTIONS)
        others = f", here and in {len(held_at) - 1} other places" if len(held_at) > 1 else ""
        line = getattr(query.node, "lineno", 0)
        yield Hit(
            function.module, slow.call,
            f"`{function.node.name}` waits for `{slow.text}` with the connection that"
            f" `{query.session}` took in line {line}{others}: as many slow answers as the pool"
            " has connections stop every endpoint",
        )  # fmt: skip


def _is_run(program: Program, function: At) -> bool:
    """Say whether a function's waits count: blocking the event loop is another rule's matter."""
    if isinstance(function.node, ast.AsyncFunctionDef):
        return True
    return any(route.function == function for route in program.fact(routes))


def _held(program: Program, function: At) -> tuple[_Slow, _Event] | None:
    """Return the first slow wait of a function with a transaction open, and what began it."""
    waits = list(_waits(program, function, None, 0))
    if not waits:
        return None
    begun, ended = _events(program, function)
    for wait in waits:
        for query in begun:
            if not _is_open(function.module, query, wait.call):
                continue
            if any(
                end.session == query.session
                and reaches(function.module, query.node, end.node)
                and reaches(function.module, end.node, wait.call)
                for end in ended
            ):
                continue
            if _ends_inside(program, function.module, wait, query.session):
                continue
            return wait, query
    return None


def _ends_inside(program: Program, module: Module, wait: _Slow, session: str) -> bool:
    """Say whether the function that waits is given the session, and ends it before."""
    return wait.call is not wait.leaf and any(
        next(_waits(program, target, name, 1), None) is None
        for target, name in parameters_given(program, module, wait.call, session)
    )


def _waits(program: Program, function: At, session: str | None, depth: int) -> Iterator[_Slow]:
    """Yield the slow waits of a function; those before which it ends `session` are left out."""
    module = function.module
    is_async = isinstance(function.node, ast.AsyncFunctionDef)
    for call in calls_in(function.node):
        if session is not None and _ends_before(module, function, session, call):
            continue
        if is_async and not _is_waited_for(module, call):
            continue
        text = slow_await(program, module, call) if is_async else slow_call(program, module, call)
        if text:
            yield _Slow(call, call, text)
        elif depth < _DEPTH:
            target = callee(program, module, call)
            if target is None or not isinstance(target.node, FUNCTIONS):
                continue
            if is_async == isinstance(target.node, ast.AsyncFunctionDef):
                inner = next(_waits(program, target, None, depth + 1), None)
                if inner is not None:
                    yield _Slow(call, inner.leaf, inner.text)


def _ends_before(module: Module, function: At, session: str, call: ast.Call) -> bool:
    for node in own_nodes(function.node):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _ENDS
            and dotted(node.func.value) == session
            and reaches(module, node, call)
        ):
            return True
    return False


def _is_waited_for(module: Module, call: ast.Call) -> bool:
    above = module.parent(call)
    return isinstance(above, ast.Await) or (
        isinstance(above, ast.withitem) and isinstance(module.parent(above), ast.AsyncWith)
    )


def _events(program: Program, function: At) -> tuple[list[_Event], list[_Event]]:
    """Return what takes a connection in a function, and what gives it back."""
    module = function.module
    begun, ended = _of_dependencies(program, function), []
    for call in calls_in(function.node):
        func = call.func
        if (
            isinstance(func, ast.Attribute)
            and func.attr in COROUTINES | _ENDS | {"query"}
            and (
                is_session(program, module, func.value)
                or is_a(program, module, func.value, ASYNC_CONNECTION, CONNECTION)
            )
        ):
            event = _Event(call, dotted(func.value))
            if func.attr in _ENDS:
                ended.append(event)
            elif func.attr in QUERIES or func.attr == "query":
                begun.append(event)
            continue
        given = (*call.args, *(k.value for k in call.keywords))
        names = {dotted(v) for v in given if is_session(program, module, v)} - {""}
        if isinstance(func, ast.Attribute) and dotted(func.value) == "self":
            names |= _own_sessions(program, module, call)
        for value in names:
            for target, name in parameters_given(program, module, call, value):
                if touches(program, target, name, _ENDS):
                    ended.append(_Event(call, value))
                elif touches(program, target, name, QUERIES | {"query"}):
                    begun.append(_Event(call, value))
    if any(isinstance(n, ast.Attribute) and n.attr == "with_for_update"
           for n in own_nodes(function.node)):  # fmt: skip
        return [], ended  # a lock that is to hold
    return [event for event in begun if event.session], ended


def _own_sessions(program: Program, module: Module, call: ast.Call) -> set[str]:
    """Return the sessions of the object whose method a call runs, as `self.session`."""
    target = callee(program, module, call)
    return {
        dotted(node.func.value)
        for node in (own_nodes(target.node) if target is not None else ())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in COROUTINES | {"query"} and dotted(node.func.value).startswith("self.")
        if target is not None and is_session(program, target.module, node.func.value)
    }


def _of_dependencies(program: Program, function: At) -> list[_Event]:
    """Return the parameters of an endpoint whose dependency has queried the same session."""
    if not any(route.function == function for route in program.fact(routes)):
        return []
    found = [(p, d) for p in params(program, function) if (d := depends(program, p))]
    sessions = {
        (d.target, d.scope): p.name
        for p, d in found
        if d.target is not None and is_session(program, function.module, _name(function, p.arg))
    }
    events = []
    for param, dependency in found:
        if dependency.target is None or not sessions:
            continue
        for inner in params(program, dependency.target):
            used = depends(program, inner)
            if used is None or used.target is None:
                continue
            session = sessions.get((used.target, used.scope))
            if session is None or not isinstance(dependency.target.node, FUNCTIONS):
                continue
            if touches(program, dependency.target, inner.name, _ENDS):
                continue
            if touches(program, dependency.target, inner.name, QUERIES | {"query"}):
                events.append(_Event(param.arg, session))
    return events


def _name(function: At, arg: ast.arg) -> ast.expr | None:
    """Return a place in the function that reads a parameter."""
    for node in own_nodes(function.node):
        if isinstance(node, ast.Name) and node.id == arg.arg:
            return node
    return None


def _is_open(module: Module, query: _Event, wait: ast.Call) -> bool:
    """Say whether the session or transaction of a query is still open at a wait."""
    if not reaches(module, query.node, wait):
        return False
    around = {id(above) for above in module.ancestors(wait)}
    for above in module.ancestors(query.node):
        if isinstance(above, FUNCTIONS):
            break
        is_its_own = False
        if isinstance(above, (ast.With, ast.AsyncWith)):
            for item in above.items:
                bound = item.optional_vars
                is_begin = (
                    isinstance(item.context_expr, ast.Call)
                    and isinstance(item.context_expr.func, ast.Attribute)
                    and item.context_expr.func.attr == "begin"
                )
                is_its_own |= is_begin or dotted(bound) == query.session
                is_its_own |= dotted(item.context_expr) == query.session
        elif isinstance(above, (ast.For, ast.AsyncFor)):
            is_its_own = dotted(above.target) == query.session
        if is_its_own and id(above) not in around:
            return False
    return True
