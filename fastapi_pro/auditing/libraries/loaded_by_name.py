"""Modules that code loads by their names, without an import."""

import ast
from collections.abc import Iterable, Iterator

from fastapi_pro.auditing.libraries.starts import modules_named
from fastapi_pro.auditing.libraries.text_pieces import pieces
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.module_imports import loaded_with
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program

_IMPORTS = ("import_module", "__import__")
_OTHERS = (
    "walk_packages", "exec_module", "load_module", "run_module", "entry_points", "find_modules",
    "autodiscover",
)  # fmt: skip
"""What loads modules by names that are not read here."""


def loaded_by_name(modules: Iterable[Module]) -> set[Module] | None:
    """Return what modules load of the program by names; None if that may be any module.

    `import_module(f"app.plugins.{name}")` loads a module below `app.plugins`, and
    `__import__("uuid")` none of the program.
    """
    found: set[Module] = set()
    for module in modules:
        if module.says(*_OTHERS):
            return None
        for name in _imports(module) if module.says(*_IMPORTS) else ():
            loaded = _loaded(name)
            if loaded is None:
                return None
            found |= loaded
    return found


def loaded_with_named(roots: Iterable[Module], program: Program) -> set[Module] | None:
    """Return what `loaded_with` does, and what these modules load by name; None if that is any."""
    loaded = loaded_with(roots, program)
    while True:
        named = loaded_by_name(loaded)
        if named is None or named <= loaded:
            return None if named is None else loaded
        loaded = loaded_with(loaded | named, program)


def _imports(module: Module) -> Iterator[Node]:
    """Yield where a module names one of the functions: in a call, for the most part."""
    aliases = [alias for alias, name in module.aliases.items() if name in _IMPORTS]
    for name in (*_IMPORTS, *aliases):
        yield from (Node(module, named) for named in module.naming(name))


def _loaded(function: Node) -> set[Module] | None:
    """Return what the call of an importing function may load; None if that is any module."""
    call = function.parent
    given = call.argument(0, "name") if call.func == function else call.at(None)
    if not given or (given.name and len(given.function.bindings(given.name)) > 1):
        return None
    parts = pieces(given.value)
    text = _beginning(parts)
    if all(isinstance(part, str) for part in parts) and not text.startswith("."):
        paths = modules_named(call.program, text)
        return {module for module in call.program.modules if module.path in paths}
    folder = text.rpartition(".")[0]
    return _below(folder, call.program) if folder.strip(".") else None


def _beginning(parts: list[str | Node]) -> str:
    """Return the text with which a name begins, as far as it can be read."""
    text = ""
    for part in parts:
        known = part if isinstance(part, str) else _read(part)
        text += known
        if not known:
            break
    return text


def _read(part: Node) -> str:
    """Return a part of a name: a constant, or the name of this package or of an imported one."""
    if isinstance(part.constant, str):
        return part.constant
    named = part.owner.definition if part.member == "__name__" else part.at(None)
    if isinstance(named.ast, ast.Module):
        return _dotted(named.module)
    if part.name == "__package__" or (part.name == "__name__" and part.module.is_package):
        return _dotted(part.module)
    return ""


def _dotted(module: Module) -> str:
    """Return the dotted name of a package, or of the package that holds a module."""
    root = module.program.root
    folder = module.path.parent
    return ".".join((folder.relative_to(root) if folder.is_relative_to(root) else folder).parts)


def _below(package: str, program: Program) -> set[Module]:
    """Return the modules of a package, in whatever folder it lies."""
    inner = f"/{package.replace('.', '/')}/"
    return {module for module in program.modules if inner in f"/{module.path.as_posix()}"}
