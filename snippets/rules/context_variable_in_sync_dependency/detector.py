"""A context variable that a plain dependency sets, for others to read."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, dependencies, endpoints
from fastapi_pro.auditing.model.call_graph import reached

_VARIABLE = "contextvars.ContextVar"
_BIND = "structlog.contextvars.bind_contextvars"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that set a variable in the copy of the context that a thread has."""
    variables = set(program.calls_of(_VARIABLE))
    found = [c for c in program.calls_named("set") if variables and c.owner.value in variables]
    found += program.calls_of(_BIND)
    plain = _plain_dependencies(program) if found else []
    for call in found:
        for dependency in plain if call.function else ():
            inside = program.once(_inside, dependency.function.ast, dependency.function)
            if call.function in inside and _is_read_outside(call, inside):
                yield call.hit(
                    f"`{dependency.target.name}` is a `def` dependency, which runs in a thread:"
                    " it sets the variable in a copy of the context, and no endpoint sees it",
                )
                break


def _inside(function: Node) -> set[Node]:
    return {called for called in reached([function]) if not called.is_coroutine}


def _plain_dependencies(program: Program) -> list[Dependency]:
    found = dependencies(program) + [d for e in endpoints(program) for d in e.dependencies]
    plain: dict[Node, Dependency] = {}
    for dependency in found:
        if dependency.function and not dependency.function.is_coroutine:
            plain.setdefault(dependency.function, dependency)
    return list(plain.values())


def _is_read_outside(call: Node, inside: set[Node]) -> bool:
    """Say whether something other than the dependency reads the variable."""
    if call.member != "set":
        return True  # every line of the log reads what is bound
    variable = call.owner.value
    reads = call.program.calls_named("get")
    return any(r.owner.value == variable and r.function not in inside for r in reads)
