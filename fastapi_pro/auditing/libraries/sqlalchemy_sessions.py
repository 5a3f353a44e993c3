"""Sessions of SQLAlchemy: who holds them, who uses them, and how long they live."""

import ast
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.fastapi import (
    Dependency,
    Endpoint,
    dependencies,
    endpoints,
    parameters,
)
from fastapi_pro.auditing.libraries.known_types import SESSIONS
from fastapi_pro.auditing.libraries.project_packages import versions
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import entered, reached
from fastapi_pro.auditing.model.library_types import (
    ASYNC_MAKER,
    ASYNC_SESSION,
    COROUTINES,
    MAKER,
    SESSION,
)
from fastapi_pro.auditing.model.node import Node, inherits
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.model.types import is_manager, member_type

QUERIES = {
    "connection", "exec", "execute", "flush", "get", "get_one", "merge", "refresh", "run_sync",
    "scalar", "scalars", "stream", "stream_scalars",
}  # fmt: skip
"""The methods that take a connection from the pool."""

_METHODS = COROUTINES | {"begin", "query", "add", "add_all"}


@dataclass(frozen=True)
class Session:
    """A session in a function, with the name that it has there: `session`, `self.session`."""

    function: Node
    name: str

    def is_used(self, methods: Collection[str], depth: int = 0) -> bool:
        """Say whether the function, or one that it calls, calls one of these methods."""
        for call in self.function.calls:
            if call.member in methods and call.owner.dotted == self.name:
                return True
            inner = self.handed_to(call) if depth < limits.CALLS else ()
            if any(session.is_used(methods, depth + 1) for session in inner):
                return True
        return False

    def handed_to(self, call: Node) -> Iterator["Session"]:
        """Yield the session in the function of the program to which a call passes it.

        A method of the same object also has it, as `self.session`.
        """
        is_given = self.name in {value.dotted for value in call.given} - {""}
        is_kept = self.name.startswith("self.") and call.owner.dotted == "self"
        if not is_given and not is_kept:
            return
        function = call.callee
        for parameter in function.parameters:
            if parameter.passed(call).dotted == self.name:
                yield Session(function, parameter.name)
        if function and is_kept:
            yield Session(function, self.name)


def is_session(expr: Node) -> bool:
    """Say whether an expression is a session, async or not."""
    return expr.is_a(*SESSIONS)


def is_async_session(expr: Node) -> bool:
    """Say whether an expression is an AsyncSession."""
    return expr.is_a(ASYNC_SESSION)


def makes_session(expr: Node) -> bool:
    """Say whether an expression opens a session: `sessionmaker()`, `AsyncSession(engine)`."""
    if not expr.is_call:
        return False
    is_made = expr.func.is_a(MAKER, ASYNC_MAKER)
    return is_made or inherits(expr.func.origin, SESSION, ASYNC_SESSION)


def uses(function: Node) -> Iterator[Node]:
    """Yield the calls of sessions' methods in a function's own body: `owner` is the session."""
    for call in function.calls:
        if call.member in _METHODS and is_session(call.owner):
            yield call


def ends_at_return(dependency: Dependency) -> bool:
    """Say whether the code after the `yield` of a dependency runs before the response is sent.

    In FastAPI 0.106 to 0.117, that is so for all dependencies.
    """
    if dependency.scope == "function":
        return True
    fastapi = versions(dependency.call.module, "fastapi")
    return not fastapi.has_from("0.118") and not fastapi.has_before("0.106")


def ends_with_request(dependency: Dependency) -> bool:
    """Say whether a dependency has code after its `yield`, which runs at the end of a request."""
    return dependency.target.is_generator


def closes_at_return(
    session: Node, ends: Callable[[Dependency], bool] = ends_at_return, depth: int = 0
) -> bool:
    """Say whether the session of a name or parameter is closed before the response is sent.

    It is if its dependency `ends` first, or if a `with` around the name opened it. If the function
    gets the session as an argument, this must hold at every call.
    """
    if isinstance(session.ast, ast.arg):
        return _closes_given(session, ends, depth)
    bound = session.bound
    if bound is None or depth > limits.CALLS:
        return False
    source = session.at(bound.node)
    if bound.kind == "assign":
        return closes_at_return(source, ends, depth + 1)
    if bound.kind == "with":
        return any(source in above.contexts for above in session.ancestors)
    return bound.kind == "param" and _closes_given(source, ends, depth)


def _closes_given(source: Node, ends: Callable[[Dependency], bool], depth: int) -> bool:
    """Say whether the session that fills a parameter is closed before the response is sent."""
    for parameter in parameters(source.function):
        if parameter.node == source and (dependency := parameter.dependency):
            return dependency.target.is_generator and ends(dependency)
    given = [source.passed(call) for call in source.function.callers]
    return bool(given) and all(closes_at_return(value, ends, depth + 1) for value in given)


def gives_session(dependency: Node) -> bool:
    """Say whether a function yields a session, or an object that keeps one.

    Its `yield` or its annotation says it.
    """
    yielded = dependency.yielded
    if any(is_session(value) or _keeps_session(value.type_class) for value in yielded):
        return True
    parts = dependency.returns.walk(ast.Name, ast.Attribute)
    return bool(yielded) and any(part.library_name in SESSIONS for part in parts)


def _keeps_session(cls: Node) -> bool:
    """Say whether the methods of a class give its objects a session, as a unit of work has one."""
    names = (name for above in cls.lineage for name in above.module.self_assignments(above.ast))
    return bool(cls) and any(inherits(member_type(cls, name), *SESSIONS) for name in names)


def commits_after_yield(dependency: Node) -> bool:
    """Say whether a dependency commits a session that it yields, after the `yield`.

    Or leaves a unit of work that it yields, and that commits then.
    """
    if gives_session(dependency):
        return _ends_with_commit(dependency)
    yielded = {value.definition for value in dependency.yielded} - {dependency.at(None)}
    around = (with_ for with_ in dependency.own(ast.With, ast.AsyncWith) if yielded)
    contexts = (context for with_ in around for context in with_.contexts)
    return any(
        context.value in yielded and entered(context) and commits_at_end(context)
        for context in contexts
    )


def _ends_with_commit(generator: Node) -> bool:
    yielded = generator.own(ast.Yield)
    after = (call for call in generator.calls if call.line > yielded[0].line)
    around = (w for w in generator.own(ast.With, ast.AsyncWith) if any(map(w.holds, yielded)))
    return any(call.member == "commit" for call in after) or any(
        commits_at_end(context) for with_ in around for context in with_.contexts
    )


def commits_at_end(context: Node) -> bool:
    """Say whether leaving a context commits: a transaction, or a unit of work of the program."""
    return begins_transaction(context) or ends_by(context, {"commit"})


def ends_by(context: Node, methods: Collection[str]) -> bool:
    """Say whether a context manager of the program calls one of these methods at its end."""
    manager = context.callee
    if manager.is_generator and is_manager(manager):
        line = manager.own(ast.Yield)[0].line
        calls = [call for call in manager.calls if call.line > line]
    else:
        exits = [method for method in entered(context) if method.name.endswith("exit__")]
        calls = [call for method in reached(exits) for call in method.calls]
    ending = (call.owner for call in calls if call.member in methods)
    return any(owner.type is None or is_session(owner) for owner in ending)


def begins_transaction(context: Node) -> bool:
    """Say whether leaving a context commits: `sessionmaker.begin()`, `session.begin()`."""
    is_begin = context.is_call and context.member == "begin"
    return is_begin and (is_session(context) or is_session(context.owner))


def captured(closure: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the sessions of an outer function that a nested one or a lambda uses.

    Before each comes the outer function.
    """
    outer = [above for above in closure.ancestors if above.is_function]
    for name in closure.walk(ast.Name) if outer else ():
        if name.is_read and is_session(name):
            for function in outer:
                if name.bound in function.bindings(name.name):
                    yield function, name
                    break


@fact
def two_scopes(program: Program) -> dict[Node, tuple[Endpoint, Dependency]]:
    """Return the dependencies that give one request two sessions.

    With each come the first endpoint where it does, and the `Depends` of request scope.
    """
    found: dict[Node, tuple[Endpoint, Dependency]] = {}
    is_scoped = any(dependency.scope == "function" for dependency in dependencies(program))
    for endpoint in endpoints(program) if is_scoped else ():
        by_target: dict[Node, dict[bool, Dependency]] = defaultdict(dict)
        for dependency in endpoint.dependencies:
            if dependency.target.is_generator:
                is_short = dependency.scope == "function"
                by_target[dependency.target].setdefault(is_short, dependency)
        for target, by_scope in by_target.items():
            is_mixed = len(by_scope) == 2 and any(map(is_session, target.yielded))
            if is_mixed and target not in found:
                found[target] = (endpoint, by_scope[False])
    return found
