"""A session for each thread, where requests share threads."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.known_types import DEPENDS
from fastapi_pro.auditing.model.library_types import SCOPED

_COMES = "two requests share a session, and what one rolls back, closes or commits is the other's"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the dependencies that give requests such a session, and the coroutines that use it."""
    registries = [call for call in program.calls_of(SCOPED) if not _has_scope(call)]
    if not registries:
        return
    given: set[Node] = set()
    for depends in program.calls_of(*DEPENDS):
        function = depends.argument(0, "dependency").definition
        for value in function.yielded + function.returned if function.is_function else ():
            made = [value, value.value, *value.value.callee.returned]
            registry = next(filter(None, map(_registry, made)), value.at(None))
            if registry and _registered(registry) in registries and function not in given:
                given.add(function)
                yield value.hit(
                    f"`{registry.text}` keeps one session for each thread, and `{function.name}`"
                    f" gives it to requests: {_COMES}",
                    fix=_fix(registry),
                )
    for function in sorted(request_functions(program), key=lambda f: f.place):
        waits = function.own(ast.Await, ast.AsyncFor, ast.AsyncWith)
        if not function.is_coroutine or not waits or function in given or function.module.is_tool:
            continue  # between two waits, no other request runs
        for call in function.calls:
            registry = call.func if call.func.name else call.owner
            if registry.is_a(SCOPED) and _registered(registry) in registries:
                yield call.hit(
                    f"`{function.name}` is a coroutine, and `{registry.text}` keeps one session for"
                    f" each thread: {_COMES}",
                    fix=_fix(registry),
                )
                break


def _has_scope(call: Node) -> bool:
    return bool(call.argument(1, "scopefunc")) or call.has_unpacking


def _registry(value: Node) -> Node:
    """Return the registry that a dependency gives, or whose session it gives."""
    found = value.func if value.is_call and not value.args else value
    if found.member == "registry":  # `Scoped.registry()`
        found = found.owner
    return found if found.is_a(SCOPED) else value.at(None)


def _registered(registry: Node) -> Node:
    """Return the call that made a registry."""
    return registry.value


def _fix(registry: Node) -> str:
    made = _registered(registry).argument(0, "session_factory")
    written = made.text if made and len(made.text) < 60 else "sessionmaker(engine)"
    return f"`{registry.text} = {written}`, without `scoped_session`"
