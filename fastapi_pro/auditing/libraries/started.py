"""Which modules each start of the service loads, and with how many processes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.loaded_by_name import loaded_with_named
from fastapi_pro.auditing.libraries.starts import Start, modules_named, starts
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.module_imports import loading
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program


def loaded_beside(module: Module) -> Iterable[Module]:
    """Return what the applications load that load a module: a repository may hold several.

    All modules of the service where no application is seen to load it, or where one loads others by
    their names.
    """
    program = module.program
    found: set[Module] = set()
    for made in {app.module for app in apps(program) if not app.module.is_tool}:
        loaded = program.once(_of_application, made, made)
        if loaded is None:
            return program.service
        found |= loaded if module in loaded else set()
    return [one for one in program.service if one in found or not found]


def _of_application(made: Module) -> set[Module] | None:
    return loaded_with_named(loading(made), made.program)


def serves(start: Start, module: Module) -> bool:
    """Say whether a start may load a module."""
    loaded = module.program.once(_loaded, start, start, module.program)
    return loaded is None or module in loaded


def starts_running(node: Node) -> list[Start]:
    """Return the starts that may run a node, or a caller of its function, and not for developers.

    What only a worker calls that consumes a queue is run by none.
    """
    modules = {place.module for place in _run_from(node)}
    deployed = [start for start in starts(node.program) if not start.is_development]
    return [start for start in deployed if any(serves(start, module) for module in modules)]


def _run_from(node: Node) -> Iterator[Node]:
    """Yield the places from which a node is run: of the calls of its function, those above all."""
    seen: set[Node] = set()
    queue = [node]
    while queue:
        place = queue.pop()
        if place in seen:
            continue
        seen.add(place)
        queue += place.function.callers
        if not place.function.callers:
            yield place


def _loaded(start: Start, program: Program) -> set[Module] | None:
    """Return the modules that a start loads, None if these may be any."""
    made = {app.module for app in apps(program) if not app.module.is_tool}
    served = _applications(start, program)
    roots = {module for module in program.modules if module.path in served}
    if isinstance(start.place, Node):
        roots |= _of_file(start.place, made)
    loaded = loaded_with_named(roots, program)
    if loaded is None:
        return None
    is_known = loaded & made or served or (start.target and _is_absent(start, made, program))
    return loaded if is_known else None


def _is_absent(start: Start, made: set[Module], program: Program) -> bool:
    """Say whether a start that names a module in no file starts what is not in this program.

    An image may put a module elsewhere. Then it is the one application of the program, unless the
    same file also starts that under its own name.
    """
    beside = (other for other in starts(program) if other.path == start.path)
    return len(made) > 1 or any(_applications(other, program) for other in beside)


def _applications(start: Start, program: Program) -> list[Path]:
    """Return the files that a start may name: those below the folder where it is written.

    If there is none, all of this name.
    """
    name = start.target.partition(":")[0]
    found = modules_named(program, name) if name else []
    if not found and start.application is not None:
        found = [start.application]
    return [path for path in found if start.path.parent in path.parents] or found


def _of_file(place: Node, made: set[Module]) -> set[Module]:
    """Return the file that starts a server; of gunicorn's settings, the applications beside it."""
    if place.is_call:
        return {place.module}
    return {module for module in made if place.module.path.parent in module.path.parents}
