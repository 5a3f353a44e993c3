"""Starts that name an application which is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.images import has_root
from fastapi_pro.auditing.libraries.lock_files import normalised
from fastapi_pro.auditing.libraries.project_packages import requirements
from fastapi_pro.auditing.libraries.starts import Start, modules_named, starts
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.library_names import LIBRARIES
from fastapi_pro.auditing.model.module import Module

_ASGI = re.compile(r"uvicorn|asgi|hypercorn", re.IGNORECASE)
_BRINGS = re.compile(
    r"\b(?:git clone|curl|wget|unzip|tar|cookiecutter|copier|svn|rsync)\b|git\+|^ADD +http"
    r"|--from=(?!\S*(?:uv|astral))\S*[./:]",
    re.MULTILINE,
)
"""What brings code into an image that the project does not have."""
_DYNAMIC = ("globals()", "exec(", "setattr(", "sys.modules", "vars()", "locals()")
_FOLDERS = 4000
_NO_FOLDER = re.compile(r"^\.|^(?:__pycache__|node_modules|s?bin|v?env)$|\.[A-Za-z]\w{0,9}$")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each start whose module, or whose attribute of it, does not exist."""
    for start in starts(program) if apps(program) else ():
        if not start.target or not _is_asgi(start):
            continue
        name, _, attribute = start.target.partition(":")
        named = set(modules_named(program, name))
        modules = [m for m in program.modules if m.path in named]
        wanted = re.split(r"[.(]", attribute)[0]
        if modules and wanted and not any(_has(module, wanted) for module in modules):
            file = modules[0].name
            made = _attributes(modules[0])
            without = ", without `--factory`" if start.option("factory") else ""
            yield start.place.hit(
                f"`{file}` has no `{wanted}`: the server ends before it listens",
                fix=f"`{name}:{made[0]}`{without}" if len(made) == 1 else "",
            )
        elif not modules and _is_nowhere(program, start, name):
            yield start.place.hit(
                f"no file of the project can be the module of `{start.target}`: the server ends"
                " before it listens",
                fix=_where(program),
            )


def _is_asgi(start: Start) -> bool:
    """Say whether a start is of an ASGI application, and not only of developers."""
    kind = start.option("worker-class") or start.option("interface")
    is_asgi = start.server not in ("gunicorn", "granian") or bool(
        kind and isinstance(kind.value, str) and _ASGI.search(kind.value)
    )
    return is_asgi and not (start.launch and start.launch.is_development)


def _has(module: Module, name: str) -> bool:
    """Say whether a module has an attribute, or may have it."""
    bound = module.bindings(module.tree)
    if name in bound or "__getattr__" in bound or module.stars or module.says(*_DYNAMIC):
        return True
    beside = project_files.names(module.path.parent) if module.is_package else frozenset()
    return not beside.isdisjoint((name, f"{name}.py")) or module.says(f"global {name}")


def _attributes(module: Module) -> list[str]:
    """Return the names that a module gives to its applications."""
    made = [app for app in apps(module.program) if app.module is module and not app.function]
    return [target.name for app in made for target in app.statement.targets if target.name]


def _is_nowhere(program: Program, start: Start, name: str) -> bool:
    """Say whether neither the project nor what its image gets can have a module."""
    parts = name.removesuffix(".py").strip("./").replace("/", ".").split(".")
    required = {requirement.name for requirement in requirements(program)}
    if parts[0] in LIBRARIES or normalised(parts[0]) in required:
        return False
    if _may_exist(program, parts[-1]):
        return False
    if isinstance(start.place, Node):
        return True
    launch = start.launch
    if launch is None or launch.is_mounted or launch.kind in ("procfile", "hosting"):
        return launch is not None and not launch.is_mounted
    image = launch if launch.kind == "dockerfile" else launch.image
    if image is None or image.stage is None or not has_root(image.stage.image):
        return False
    text = image.source.text
    return not _BRINGS.search(text) and not re.search(rf"\b{re.escape(parts[-1])}\.py\b", text)


def _may_exist(program: Program, name: str) -> bool:
    """Say whether a file or folder of the repository has this name, or there are too many."""
    names = _names(program)
    return names is None or name in names


@fact
def _names(program: Program) -> set[str] | None:
    """Return the names in the repository, of files without their suffix; None: too many folders."""
    waiting = [_repository(program.root)]
    found: set[str] = set()
    for folder in waiting:
        for name in project_files.names(folder):
            found.add(name.removesuffix(".py"))
            if not _NO_FOLDER.search(name):
                waiting.append(folder / name)
        if len(waiting) > _FOLDERS:
            return None
    return found


def _repository(folder: Path) -> Path:
    above = (f for f in (folder, *folder.parents) if project_files.exists(f / ".git"))
    return next(above, folder)


def _where(program: Program) -> str:
    """Return where the application is, if there is one."""
    made = [app for app in apps(program) if not app.function and not app.module.is_tool]
    if len(made) != 1:
        return ""
    names = _attributes(made[0].module)
    return f"The module of `{names[0]}` in `{made[0].module.name}`" if names else ""
