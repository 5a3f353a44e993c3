"""Code that an application runs, and code that none does.

Modules that nothing imports, routers that nothing includes.
"""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi import Endpoint, apps, endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions, starting_functions
from fastapi_pro.auditing.libraries.loaded_by_name import loaded_by_name
from fastapi_pro.auditing.libraries.starts import modules_run, starts
from fastapi_pro.auditing.libraries.text_files import texts_beside
from fastapi_pro.auditing.libraries.uncalled import is_uncalled, outermost, users
from fastapi_pro.auditing.model.flow import way_to
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.module_imports import loaded_with
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_RUN = (
    "__main__", "Celery(", "WorkerSettings", "Broker(", "Typer(", "argparse", "import click",
    "from click", "Mangum(", "lambda_",
)  # fmt: skip
"""Marks of a module that something other than an application loads."""
_MAIN = re.compile(
    r"(^|/)(__init__|__main__|api|app|application|asgi|main|run|server|service)\.py$"
)
"""The files in which an application is looked for."""
_JOINS = ("include_router(", ".mount(")
_ROUTER = "fastapi.APIRouter"
_NAME = re.compile(r"[A-Za-z_][\w-]*(?:[./:][A-Za-z_][\w-]*)+")


def why_unused(module: Module, line: int) -> str:
    """Return why no application runs a line, for the message, or "" if one may."""
    program = module.program
    if module.is_test or module.is_tool or not _serves(program):
        return ""
    if module not in _loaded(program) and module not in _used(program):
        return "no application loads this module"
    for definition in _around(module, line):
        if definition in _left_out_functions(program):
            return "no application includes its router"
        if is_uncalled(definition, _left_out_functions(program)):
            verb = "uses" if definition.is_class else "calls"
            return f"nothing that runs {verb} `{definition.name}`"
    return ""


def why_value_unused(value: Node) -> str:
    """Return why nothing uses a value that a module gives a name, or "" if something may.

    "" too where no application runs the line: `why_unused` says that.
    """
    module, program = value.module, value.program
    targets = value.statement.targets
    if value.function or value.enclosing_class or value.statement.assigned != value:
        return ""
    if module.is_test or module.is_tool or not _serves(program) or len(targets) != 1:
        return ""
    if why_unused(module, value.line):
        return ""
    found = users(targets[0]) if targets[0].name else []
    if not found or not all(is_uncalled(one, _left_out_functions(program)) for one in found):
        return ""
    verb = "uses" if any(one.is_class for one in found) else "calls"
    return f"nothing that runs {verb} {' or '.join(f'`{one.name}`' for one in found)}"


def runs_in_service(node: Node) -> bool:
    """Say whether a node runs for a request, or while the application is imported or starts."""
    function, program = node.function, node.program
    if not function:
        return _is_imported(node)
    if function in request_functions(program) or function in starting_functions(program):
        return True
    return any(not call.function and _is_imported(call) for call in function.callers)


def _is_imported(node: Node) -> bool:
    """Say whether what stands at module level runs when a module with an application is loaded."""
    if node.module not in _loaded_by_application(node.program):
        return False
    tests = (above.test for above in node.ancestors if isinstance(above.ast, ast.If))
    return not any(name.name == "__name__" for test in tests for name in test.walk(ast.Name))


@fact
def _loaded_by_application(program: Program) -> set[Module]:
    roots = {app.module for app in apps(program)}
    started = {start.application for start in starts(program)}
    roots |= {module for module in program.service if module.path in started}
    return loaded_with(roots, program)


def _around(module: Module, line: int) -> Iterator[Node]:
    """Yield the class, and the outermost function or method, that hold a line."""
    for _, statement in way_to(module, line):
        definition = Node(module, statement)
        if outermost(definition) == definition and (definition.is_class or definition.is_function):
            yield definition


@fact
def _serves(program: Program) -> bool:
    return any(not app.module.is_tool for app in apps(program))


@fact
def _used(program: Program) -> set[Module]:
    """Return the modules that something may load."""
    loaded = _loaded(program)
    left = [module for module in program.service if module not in loaded]
    named = _named(program) if left else set()
    return loaded | loaded_with((m for m in left if named & _dotted(m, program)), program)


@fact
def _loaded(program: Program) -> set[Module]:
    """Return the modules that a start loads, directly or by imports."""
    named = loaded_by_name(program.code)
    if named is None:
        return set(program.modules)
    roots = _started(program) | named
    roots |= {s.place.module for s in starts(program) if isinstance(s.place, Node)}
    run = modules_run(program)
    for module in program.code:
        if module.is_tool or module.path in run or module.says(*_RUN):
            roots.add(module)
    return loaded_with(roots, program)


@fact
def _started(program: Program) -> set[Module]:
    """Return the modules of the applications that something may start.

    Beside one that has the routers, another that has none, and that no file names, is a leftover.
    """
    made = {app.module for app in apps(program)}
    if not any(module.says(*_JOINS) for module in made):
        return made
    likely = {module for module in made if _MAIN.search(module.name) or module.says(*_JOINS)}
    named = _named(program)
    return likely | {module for module in made if named & _dotted(module, program)}


def _named(program: Program) -> set[str]:
    """Return the dotted names in texts: strings of the code, deploy files and manifests."""
    found = {name for text in texts_beside(program) for name in _names(text)}
    return found | {name for m in program.code for _, text in m.texts for name in _names(text)}


def _names(text: str) -> Iterator[str]:
    """Yield the texts that may name a module, `app.main:app` or `app/main.py`, as dotted names."""
    for match in _NAME.finditer(text):
        name = match[0].partition(":")[0].removesuffix(".py").replace("/", ".")
        yield name
        yield name.rpartition(".")[0]


def _dotted(module: Module, program: Program) -> set[str]:
    """Return the dotted names of a module, from any folder above it."""
    path = module.path
    below = path.relative_to(program.root) if program.root in path.parents else path
    parts = below.with_suffix("").parts
    parts = parts[:-1] if module.is_package else parts
    return {".".join(parts[start:]) for start in range(len(parts))} - {""}


@fact
def _left_out(program: Program) -> list[Endpoint]:
    """Return the endpoints of routers that no application includes, directly or not."""
    found = [e for e in endpoints(program) if e.router.called == _ROUTER]
    return [e for e in found if not any(one.called != _ROUTER for one in _includers(e.router))]


def may_include(app: Node, endpoint: Endpoint) -> bool:
    """Say whether an application may include the router of an endpoint, directly or not."""
    router = endpoint.router
    if router.called != _ROUTER:
        return True
    known = (one for one in _includers(router) if one.called != _ROUTER)
    return any(one == app or one.called != "fastapi.FastAPI" for one in known)


def _includers(router: Node) -> set[Node]:
    """Return the routers and applications that include a router; a false Node is any."""
    included = _included(router.program)
    if included is None:
        return {router.at(None)}
    found: set[Node] = set()
    queue = [router]
    while queue:
        new = included.get(queue.pop(), set()) - found
        found |= new
        queue += new
    return found


@fact
def _included(program: Program) -> dict[Node, set[Node]] | None:
    """Return what includes each router, None where code moves routes or includes what is unseen."""
    if _moves_routes(program):
        return None
    found: dict[Node, set[Node]] = {}
    for call in program.calls_named("include_router"):
        if is_uncalled(outermost(call)):
            continue
        router = call.argument(0, "router").value
        if router.called != _ROUTER:
            return None  # any of them, perhaps
        into = call.owner.value
        is_known = into.called in (_ROUTER, "fastapi.FastAPI")
        found.setdefault(router, set()).add(into if is_known else into.at(None))
    return found


@fact
def _left_out_functions(program: Program) -> frozenset[Node]:
    """Return the endpoints of `_left_out` that no included router has beside."""
    left_out = _left_out(program)
    answering = {e.function for e in endpoints(program) if e not in left_out}
    return frozenset(e.function for e in left_out if e.function not in answering)


def _moves_routes(program: Program) -> bool:
    """Say whether something takes the routes of a router, or gives it some, as a list."""
    if any(given.arg == "routes" for module in program.code for given in module.nodes(ast.keyword)):
        return True
    named = program.attributes("routes")
    return any(not isinstance(name.definition.ast, ast.Module) for name in named)
