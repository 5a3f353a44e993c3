"""A slow wait between a query and the end of its transaction."""

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Dependency, endpoints, parameters
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.kept_sessions import identity, kept, used_by
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.libraries.slow_calls import slow_await, slow_call
from fastapi_pro.auditing.libraries.sqlalchemy_models import model_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    QUERIES,
    Session,
    ends_by,
    is_session,
)
from fastapi_pro.auditing.libraries.starts import runs_on_lambda
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.library_types import (
    ASYNC_CONNECTION,
    ASYNC_SESSION,
    CONNECTION,
    COROUTINES,
    SESSION,
)
from fastapi_pro.messages import counted

_ENDS = {"close", "commit", "invalidate", "reset", "rollback"}
_WRITES = {"add", "add_all", "delete", "merge"}
_POOL = re.compile(r"(^|_)(db_?|pg_?)?pool$", re.IGNORECASE)
_BEGINS = QUERIES | {"query"}


@dataclass(frozen=True, slots=True)
class _Slow:
    """A slow wait: the call in the function looked at, and the one that it comes to."""

    call: Node
    leaf: Node
    text: str


@dataclass(frozen=True, slots=True)
class _Event:
    """What begins or ends the transaction of the session called `session` here.

    `is_kept` is of one that an object keeps, which is called as the object is; `is_acquired` of a
    connection that is taken from the pool of a driver, `is_yielded` by a dependency.
    """

    node: Node
    session: str
    is_kept: bool = False
    is_acquired: bool = False
    is_yielded: bool = False


def detect(program: Program) -> Iterator[Hit]:
    """Yield the slow waits; one for all the places that lead to the same slow call."""
    found: dict[Node, list[tuple[_Slow, _Event]]] = defaultdict(list)
    for function in () if runs_on_lambda(program) else program.functions:
        if function.module.is_tool or function not in request_functions(program):
            continue
        # blocking the event loop is another rule's matter
        if function.is_coroutine or _is_endpoint(function):
            for wait, query in _held(function):
                found[wait.leaf].append((wait, query))
    for held in found.values():
        wait, query = min(held, key=lambda item: item[0].call != item[0].leaf)
        more = counted(len(held) - 1, "other place")
        others = f", here and in {more}" if len(held) > 1 else ""
        yield wait.call.hit(
            f"`{wait.call.function.name}` waits for `{wait.text}` while `{query.session}`"
            f" holds the connection that it took in line {query.node.line}{others}: when slow"
            " calls hold the whole pool, every endpoint waits",
            severity="low" if all(is_rare(one.call.function) for one, _ in held) else "",
            fix=_fix(wait, query),
        )


def _fix(wait: _Slow, query: _Event) -> str:
    if query.is_kept:
        return ""
    if query.is_yielded:
        return "Take the connection by `async with` around the queries, not in a dependency"
    if query.is_acquired:
        return f"Leave the `with` of `{query.session}` before the slow call"
    if _is_changed_before(wait.call):
        return (
            "Do the slow call before the first query, or after the commit: a commit here would"
            " store half of the changes"
        )
    return f"`{_commit(wait, query)}` before the slow call, then use the session again"


def _is_changed_before(call: Node) -> bool:
    """Say whether rows are changed before a call, in its function or those that call that."""
    seen: set[Node] = set()
    queue = [call]
    while queue:
        function = queue[-1].function
        if _is_changed_here(queue.pop()):
            return True
        if function and function not in seen:
            seen.add(function)
            queue += function.callers
    return False


def _is_changed_here(call: Node) -> bool:
    """Say whether a function changes rows before a call, and has not committed that."""
    ends = [other for other in call.function.calls if other.member in _ENDS]
    return any(
        reaches(change, call) and not any(reaches(change, e) and reaches(e, call) for e in ends)
        for change in _changes(call.function)
    )


def _changes(function: Node) -> list[Node]:
    """Return what sets attributes of rows, adds or deletes rows in a function's own body."""
    assignments = function.own(ast.Assign, ast.AugAssign, ast.AnnAssign)
    found = [s for s in assignments if any(_is_of_row(target) for target in s.targets)]
    for call in function.calls:
        is_set = call.called == "builtins.setattr" and call.args and model_of(call.args[0])
        if is_set or (call.member in _WRITES and _is_connected(call.owner)):
            found.append(call)
    return found


def _is_of_row(target: Node) -> bool:
    return isinstance(target.ast, ast.Attribute) and model_of(target.owner) is not None


def _commit(wait: _Slow, query: _Event) -> str:
    """Return the statement that ends the transaction of the session."""
    function = wait.call.function
    calls = [c for c in function.calls if c.owner.dotted == query.session and c.member in _BEGINS]
    names = [n for n in function.walk(ast.Name, ast.Attribute) if n.dotted == query.session]
    is_sync = not function.is_coroutine or bool(calls and not any(c.is_awaited for c in calls))
    is_sync |= any(name.is_a(SESSION) for name in names)
    is_sync &= not any(name.is_a(ASYNC_SESSION) for name in names)
    return f"{query.session}.commit()" if is_sync else f"await {query.session}.commit()"


def _is_endpoint(function: Node) -> bool:
    return function in _endpoint_functions(function.program)


@fact
def _endpoint_functions(program: Program) -> set[Node]:
    return {endpoint.function for endpoint in endpoints(program)}


def _held(function: Node) -> list[tuple[_Slow, _Event]]:
    """Return the first slow wait of a function with a transaction open, and what began it."""
    waits = list(_waits(function))
    if acquired := _acquired(function, waits) or _yielded(function, waits):
        return [acquired]
    begun, ended = _events(function) if waits else ([], [])
    for wait in waits:
        for query in begun:
            if _is_open(query, wait.call) and not _is_ended(query, wait, ended):
                return [(wait, query)]
    return []


def _acquired(function: Node, waits: list[_Slow]) -> tuple[_Slow, _Event] | None:
    """Return the first slow wait within `async with pool.acquire() as connection:`, if any."""
    for held in function.own(ast.With, ast.AsyncWith) if waits else ():
        for context, variable in held.contexts.items():
            if not _takes_from_pool(context):
                continue
            inside = (w for w in waits if any(s.holds(w.call) for s in held.body))
            if wait := next(inside, None):
                return wait, _Event(context, variable.name or context.text, is_acquired=True)
    return None


def _yielded(function: Node, waits: list[_Slow]) -> tuple[_Slow, _Event] | None:
    """Return the first slow wait of an endpoint that a dependency yields such a connection to."""
    if not (waits and _is_endpoint(function)):
        return None
    given = [(p, p.dependency) for p in parameters(function) if p.dependency]
    for parameter, dependency in given:
        if _yields_connection(dependency.target):
            return waits[0], _Event(parameter.node, parameter.name, is_yielded=True)
    for parameter, dependency in given:
        if name := _below(dependency):
            return waits[0], _Event(parameter.node, name, is_yielded=True)
    return None


def _below(dependency: Dependency, depth: int = 0) -> str:
    """Return the name of the dependency, among those of another, that yields a connection."""
    inner = [p.dependency for p in dependency.parameters if p.dependency]
    for one in inner if depth <= limits.CALLS else ():
        name = one.name if _yields_connection(one.target) else _below(one, depth + 1)
        if name:
            return name
    return ""


def _yields_connection(function: Node) -> bool:
    """Say whether a dependency yields while it holds such a connection."""
    if not (function.is_function and function.is_generator):
        return False
    yields = function.own(ast.Yield)
    return any(
        any(map(held.holds, yields)) and any(map(_takes_from_pool, held.contexts))
        for held in function.own(ast.With, ast.AsyncWith)
    )


def _takes_from_pool(context: Node) -> bool:
    """Say whether a `with` takes a connection from a pool of asyncpg, psycopg or aiomysql."""
    if not context.is_call or context.member not in ("acquire", "connection"):
        return False
    owner = context.owner
    pool = owner.last_name or owner.callee.name
    if not _POOL.search(pool) or "redis" in owner.text.lower():
        return False
    return bool(owner.program.saying("asyncpg", "psycopg_pool", "aiomysql"))


def _is_ended(query: _Event, wait: _Slow, ended: list[_Event]) -> bool:
    """Say whether a transaction ends before a wait, here or in the function that waits."""
    ends = [end.node for end in ended if end.session == query.session]
    if any(reaches(query.node, end) and reaches(end, wait.call) for end in ends):
        return True
    inner = Session(wait.call.function, query.session).handed_to(wait.call)
    return wait.call != wait.leaf and any(not any(_waits(s.function, 1, s)) for s in inner)


def _waits(function: Node, depth: int = 0, session: Session | None = None) -> Iterator[_Slow]:
    """Yield the slow waits of a function; those before which it ends `session` are left out."""
    for call in function.calls:
        if session is not None and _ends_before(session, call):
            continue
        if function.is_coroutine and not _is_waited_for(call):
            continue
        if text := slow_await(call) if function.is_coroutine else slow_call(call):
            yield _Slow(call, call, text)
        elif depth < limits.CALLS and call.callee.is_coroutine == function.is_coroutine:
            inner = call.program.once(_first, (call.callee, depth), call.callee, depth + 1)
            if inner is not None:
                yield _Slow(call, inner.leaf, inner.text)


def _first(function: Node, depth: int) -> _Slow | None:
    return next(_waits(function, depth), None)


def _ends_before(session: Session, call: Node) -> bool:
    return any(
        end.member in _ENDS and end.owner.dotted == session.name and reaches(end, call)
        for end in session.function.calls
    )


def _is_waited_for(call: Node) -> bool:
    if call.is_awaited:
        return True
    holder = call.parent.parent
    return isinstance(holder.ast, ast.AsyncWith) and call in holder.contexts


def _events(function: Node) -> tuple[list[_Event], list[_Event]]:
    """Return what takes a connection in a function, and what gives it back."""
    begun, ended = _of_dependencies(function), list[_Event]()
    for call in function.calls:
        if call.member in COROUTINES | _ENDS | _BEGINS and _is_connected(call.owner):
            event = _Event(call, call.owner.dotted)
            if call.member in _ENDS:
                ended.append(event)
            elif call.member in _BEGINS and event.session:
                begun.append(event)
            continue
        for session in sorted(_sessions_of(call)):
            for inner in Session(function, session).handed_to(call):
                if inner.is_used(_ENDS):
                    ended.append(_Event(call, session))
                elif inner.is_used(_BEGINS):
                    begun.append(_Event(call, session))
    kept_begun, kept_ended = _of_objects(function)
    begun += kept_begun
    ended += kept_ended
    if any(node.member == "with_for_update" for node in function.own(ast.Attribute)):
        return [], ended  # a lock that is to hold
    return begun, ended


def _of_objects(function: Node) -> tuple[list[_Event], list[_Event]]:
    """Return what begins and ends transactions by methods of objects that keep a session.

    An end of something else, such as `unit_of_work.commit()`, is taken for one of all of them.
    """
    begun, ended = list[_Event](), list[_Event]()
    names: dict[Node, str] = {}
    for call in function.calls:
        if call.member in _ENDS and not _is_connected(call.owner):
            ended += [_Event(call, name) for name in names.values()]
            continue
        used = list(used_by(call.callee)) if _is_of_object(call) else []
        sessions = {identity(session): session for session in kept(call.owner)} if used else {}
        if len(sessions) != 1:
            continue
        source, session = sessions.popitem()
        name = names.setdefault(source, _name_of(source, session, function) or call.owner.dotted)
        if any(inner.is_used(_ENDS) for inner in used):
            ended.append(_Event(call, name))
        elif any(inner.is_used(_BEGINS) for inner in used):
            begun.append(_Event(call, name, is_kept=True))
    return begun, ended


def _is_of_object(call: Node) -> bool:
    """Say whether a call runs a method of an object of the program, other than its own."""
    is_named = bool(call.owner.dotted) and call.owner.dotted != "self"
    return is_named and call.callee.parent.is_class


def _name_of(source: Node, session: Node, function: Node) -> str:
    """Return how a function itself calls a session that an object keeps, "" if it does not."""
    if session.function == function:
        return session.name
    own = (p for p in parameters(function) if p.dependency and p.dependency.target == source)
    return next((parameter.name for parameter in own), "")


def _is_connected(owner: Node) -> bool:
    return is_session(owner) or owner.is_a(ASYNC_CONNECTION, CONNECTION)


def _sessions_of(call: Node) -> set[str]:
    """Return the sessions that a call is given, and those of the object whose method it runs."""
    asked = call.callee.calls if call.owner.name == "self" else []
    kept = [inner.owner for inner in asked if inner.member in COROUTINES | _BEGINS]
    named = [value for value in call.given if value.dotted]
    named += [owner for owner in kept if owner.dotted.startswith("self.")]
    return {value.dotted for value in named if is_session(value)}


def _of_dependencies(function: Node) -> list[_Event]:
    """Return the parameters of an endpoint whose dependency has queried the same session."""
    if not _is_endpoint(function):
        return []
    filled = [(p, d) for p in parameters(function) if (d := p.dependency) and d.target]
    names = {name.name: name for name in reversed(function.own(ast.Name))}
    sessions = {
        (d.target, d.scope): p.name
        for p, d in filled
        if p.name in names and is_session(names[p.name])
    }
    events = []
    for parameter, dependency in filled:
        for inner in dependency.parameters if dependency.target.is_function else ():
            used = inner.dependency
            session = sessions.get((used.target, used.scope), "") if used else ""
            theirs = Session(dependency.target, inner.name)
            if session and theirs.is_used(_BEGINS) and not theirs.is_used(_ENDS):
                events.append(_Event(parameter.node, session))
    return events


def _is_open(query: _Event, wait: Node) -> bool:
    """Say whether the session or transaction of a query is still open at a wait."""
    if not reaches(query.node, wait):
        return False
    around = set(wait.ancestors)
    inside = itertools.takewhile(lambda above: not above.is_function, query.node.ancestors)
    return not any(_closes(above, query.session) for above in inside if above not in around)


def _closes(block: Node, session: str) -> bool:
    """Say whether a session or its transaction ends where a `with` or a loop does."""
    match block.ast:
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return block.at(target).dotted == session
    return any(
        (context.is_call and context.member == "begin")
        or ends_by(context, _ENDS)
        or session in (context.dotted, variable.dotted, *(given.dotted for given in context.given))
        for context, variable in block.contexts.items()
    )
