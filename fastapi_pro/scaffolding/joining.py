"""Join the modules of a project into fewer modules, and change everything that names them.

The definitions are not changed. If several joined modules define the same name, each gets the name
of its module as a prefix.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from fastapi_pro.scaffolding.imports import Import, imports_of, rendered
from fastapi_pro.scaffolding.sources import (
    Definition,
    Edit,
    Source,
)

PACKAGE = "app"
_MENTION = re.compile(rf"\b{PACKAGE}(?:[./]\w+)+")


class JoinError(Exception):
    """The modules cannot be joined; the message says why, and what to change."""


@dataclass(frozen=True)
class Joined:
    """The parts of a joined module, in the order of their use, and its docstring.

    Without a docstring it has that of the first part.
    """

    parts: Sequence[str]
    docstring: str = ""


@dataclass(frozen=True)
class _Meaning:
    """What a name in a file means.

    `written` is how it will be written; it is "" for the module that the file will be part of. If
    the name is that of a module, `module` is the old one.
    """

    written: str
    module: str = ""


class _Plan:
    """Where each module goes, and which names change."""

    def __init__(self, sources: Mapping[str, Source], modules: Mapping[str, Joined]) -> None:
        self.sources = sources
        self.modules = modules
        self.homes = {part: home for home, joined in modules.items() for part in joined.parts}
        self._names: dict[tuple[str, str], str] = {}
        for name, source in sources.items():
            if name not in self.homes and source.defined - {"__all__"}:
                raise JoinError(
                    f"{name} is not part of a module; add it to `parts`, or leave it out"
                )
            if name in modules:  # a package that only re-exports names of its modules
                self.homes.setdefault(name, name)
        for joined in modules.values():
            self._compare(joined.parts)

    def _compare(self, parts: Sequence[str]) -> None:
        """Find the names that several parts define, and choose new names for them."""
        places: dict[str, list[str]] = {}
        for part in parts:
            for name in self.sources[part].defined:
                places.setdefault(name, []).append(part)
        for name, several in places.items():
            for part in several if len(several) > 1 else ():
                new = f"{part.rpartition('.')[2]}_{name}"
                if new in places:
                    raise JoinError(f"{part}: {name} would become {new}, which exists; rename one")
                self._names[part, name] = new

    def name(self, module: str, name: str) -> str:
        """Return the new name of a name that a module defines."""
        return self._names.get((module, name), name)

    def moved(self, each: Import, home: str) -> tuple[Import | None, _Meaning]:
        """Return an import as it will be in the module `home`, and the meaning of its name.

        The import is None if `home` itself defines the name.
        """
        module = f"{each.module}.{each.name}"
        if target := self.homes.get(module):
            package, _, name = target.rpartition(".")
            if target == home:
                return None, _Meaning("", module)
            return Import(package, name, each.alias), _Meaning(each.alias or name, module)
        if target := self.homes.get(each.module):
            name = self.name(each.module, each.name)
            if target == home:
                return None, _Meaning(name)
            return Import(target, name, each.alias), _Meaning(each.alias or name)
        return each, _Meaning(each.bound)

    def mentions(self, text: str) -> str:
        """Return the text with the new names of modules and of their files."""

        def moved(found: re.Match[str]) -> str:
            old = found[0]
            for end in sorted((sign.start() for sign in re.finditer(r"[./]|$", old)), reverse=True):
                home = self.homes.get(old[:end].replace("/", "."))
                if home and "/" in old:
                    return home.replace(".", "/") + (old[end:] or ".py")
                if home:
                    return home + old[end:]
            return old

        return _MENTION.sub(moved, text)


def join(texts: Mapping[str, str], modules: Mapping[str, Joined]) -> dict[str, str]:
    """Return the texts of a project, by file, with the modules of its package joined to `modules`.

    Raises JoinError for a module that is part of none, and for names that would collide.
    """
    ours = {name for name in texts if name.startswith(f"{PACKAGE}/") and name.endswith(".py")}
    ours -= {f"{PACKAGE}/__init__.py"}
    plan = _Plan({_module(name): Source(texts[name]) for name in sorted(ours)}, modules)
    result = {
        name: _follow(plan, name, text) if name.endswith(".py") else text
        for name, text in texts.items()
        if name not in ours
    }
    result |= {f"{home.replace('.', '/')}.py": _joined(plan, home) for home in modules}
    return {name: plan.mentions(text) for name, text in result.items()}


def _module(file: str) -> str:
    """Return the name of the module that a file is."""
    return ".".join(PurePosixPath(file.removesuffix("/__init__.py")).with_suffix("").parts)


def _joined(plan: _Plan, home: str) -> str:
    """Return the text of a joined module."""
    joined = plan.modules[home]
    imports: set[Import] = set()
    names: list[str] = []
    bodies: list[str] = []
    for part in joined.parts:
        source = plan.sources[part]
        for each in imports_of(source.imports):
            if each.bound in source.used and (moved := plan.moved(each, home)[0]):
                imports.add(moved)
        names += [plan.name(part, name) for name in source.defined]
        gone = [source.remove(each) for each in (*source.imports, *source.docstring)]
        bodies.append(source.edited([*gone, *_new_names(plan, part, source, home)]).strip("\n"))
    names += [each.bound for each in imports]
    if mixed := [name for name, number in Counter(names).items() if number > 1]:
        raise JoinError(f"{home} would have {', '.join(mixed)} twice; rename one of them")
    docstring = joined.docstring or ast.get_docstring(plan.sources[joined.parts[0]].tree)
    text = "\n\n\n".join(filter(None, bodies))
    gap = "\n\n" if re.match(r"(#.*\n)*(async def|def|class|@)", text) else "\n"
    return f'"""{docstring}"""\n\n{rendered(imports, PACKAGE)}{gap}{text}\n'


def _follow(plan: _Plan, file: str, text: str) -> str:
    """Return the text of another file, which imports the modules as they will be."""
    source = Source(text)
    edits = [*_new_names(plan, file, source, "")]
    runs: list[list[ast.stmt]] = [[]]
    for statement in source.tree.body:
        module = statement.module if isinstance(statement, ast.ImportFrom) else ""
        if f"{module}.".startswith(f"{PACKAGE}."):
            runs[-1].append(statement)
        elif runs[-1]:
            runs.append([])
    for run in filter(None, runs):
        imports = [moved for each in imports_of(run) if (moved := plan.moved(each, "")[0])]
        edits.append(source.remove(run[0], run[-1], rendered(imports, PACKAGE)))
    return source.edited(edits)


def _new_names(plan: _Plan, place: str, source: Source, home: str) -> Iterator[Edit]:
    """Yield the edits that write the new names into a file."""
    meanings = _meanings(plan, place, source, home)
    for definition in source.tree.body:
        if isinstance(definition, Definition) and definition.name in meanings:
            yield source.rename(definition, meanings[definition.name].written)
    nodes = [*ast.walk(source.tree)]
    members = {node.value: node for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        meaning = meanings.get(node.id) if isinstance(node, ast.Name) else None
        if meaning is None or not isinstance(node, ast.Name):
            continue
        member = members.get(node)
        if member and meaning.module:
            new = plan.name(meaning.module, member.attr)
            yield source.replace(member, f"{meaning.written}.{new}".removeprefix("."))
        elif meaning.written:
            yield source.replace(node, meaning.written)
        else:
            raise JoinError(
                f"{place}:{node.lineno}: {node.id} will be this module itself; import its names"
            )


def _meanings(plan: _Plan, place: str, source: Source, home: str) -> dict[str, _Meaning]:
    """Return the meanings of the names of a file that will change.

    Raises JoinError if a local name hides one of them, or would hide its new name.
    """
    found = {each.bound: plan.moved(each, home)[1] for each in imports_of(source.imports)}
    found |= {name: _Meaning(plan.name(place, name)) for name in source.defined}
    found = {name: it for name, it in found.items() if it.module or it.written != name}
    nodes = [*ast.walk(source.tree)]
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for name, meaning in found.items():
        if name in arguments or meaning.written in (arguments | stored) - {name}:
            raise JoinError(
                f"{place}: {name} would become {meaning.written}, a local name; rename it"
            )
    return found
