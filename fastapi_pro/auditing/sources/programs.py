"""Which files make one program, by their text, before anything is parsed."""

import functools
import re
import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from fastapi_pro.auditing.model.library_names import LIBRARIES
from fastapi_pro.auditing.model.module import is_test

_WORDS = (
    b"fastapi", b"starlette", b"sqlalchemy", b"sqlmodel", b"pydantic", b"uvicorn", b"gunicorn",
    b"jose", b"jwt", b"passlib", b"bcrypt", b"pwdlib", b"argon2", b"asyncpg", b"prometheus",
    b"ASGITransport", b"AsyncClient(app",
)  # fmt: skip
_TRACE = re.compile(
    rb"^[ \t]*(?:from|import)[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*"
    rb"(?:fastapi|starlette|sqlalchemy|sqlmodel|pydantic|pydantic_settings|uvicorn|gunicorn|jose|jwt|passlib|bcrypt|pwdlib|argon2|asyncpg|"
    rb"prometheus_client|prometheus_fastapi_instrumentator)\b|uvicorn\.workers|"
    rb"\bASGITransport\b|\bAsyncClient\(app\b",  # tests that import no framework themselves
    re.MULTILINE,
)
_HOME = re.compile(
    rb"^(?:from|import)[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*(?:fastapi|starlette|sqlalchemy|sqlmodel)\b",
    re.MULTILINE,
)
_IMPORT = re.compile(
    rb"[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\r\n#;]+)|"
    rb"import[ \t]+([\w., \t]+))"
)
_APPLICATION = re.compile(rb"""["']([A-Za-z_][\w.]*):\w+["']""")
_APPLICATION_END = re.compile(rb""":\w+["']""")
_MAKES_APPLICATION = re.compile(rb"\bFastAPI\(")
_ENTRIES = {
    "__main__", "app", "application", "asgi", "main", "manage", "run", "serve", "server", "start",
    "wsgi",
}  # fmt: skip
"""Files that may start a program without a word of its libraries."""
_FOREIGN = LIBRARIES | sys.stdlib_module_names


def programs(sources: dict[Path, bytes], root: Path) -> list[list[Path]]:
    """Return groups of files that import each other, if one of them uses a library.

    A file without a trace of the libraries belongs to a program only below a top-level folder in
    which some file directly imports a framework, or if it may start the program by its name; other
    files are not even searched for imports.
    Among installed packages, each is a program of its own, and the libraries themselves are none.
    """
    are_installed = any(root.glob("*.dist-info"))
    if are_installed:
        sources = {p: s for p, s in sources.items() if _top(p, root) not in LIBRARIES}
    traced = {path for path, source in sources.items() if _is_traced(path, source)}
    homes = {_top(path, root) for path in traced if _HOME.search(sources[path])}
    chosen = [
        path
        for path in sources
        if path in traced or _top(path, root) in homes or path.stem in _ENTRIES
    ]
    by_name = {_name(path): path.as_posix() for path in sorted(chosen, key=_is_package)}
    below = _with_folders(by_name, root.as_posix())
    leader = {place: place for place in map(Path.as_posix, chosen)}
    tops = {path.as_posix(): _top(path, root) for path in chosen}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for path in chosen:
        place = path.as_posix()
        own = find(place)
        for target in _imported(path, sources[path], by_name, below, root):
            if are_installed and tops[target] != tops[place]:
                continue
            other = find(target)
            if other != own:
                leader[other] = own
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in chosen:
        groups[find(path.as_posix())].append(path)
    found = [sorted(group) for _, group in sorted(groups.items()) if not traced.isdisjoint(group)]
    return found if are_installed else _with_unused(found, sources, root)


def _with_unused(
    groups: list[list[Path]], sources: dict[Path, bytes], root: Path
) -> list[list[Path]]:
    """Return programs; an application gets the files among its own that nothing imports."""
    serving = [g for g in groups if any(_MAKES_APPLICATION.search(sources[path]) for path in g)]
    holding = {path.parent: group[0] for group in serving for path in group}
    leaders = set(holding.values())
    joined: dict[Path, Path] = {}
    for first, *others in groups if serving else ():
        is_app = first in leaders
        if is_app or all(is_test(_display(path, root)) for path in (first, *others)):
            continue
        above = (folder for folder in first.parents if folder != root or first.parent == root)
        home = next((holding[folder] for folder in above if folder in holding), None)
        if home is not None:
            joined[first] = home
    found: dict[Path, list[Path]] = defaultdict(list)
    for group in groups:
        found[joined.get(group[0], group[0])] += group
    return [sorted(group) for group in found.values()]


def _display(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def are_joined_alike(path: Path, one: bytes, other: bytes) -> bool:
    """Say whether a file belongs to the same program with both texts."""
    return one == other or (
        _is_traced(path, one) == _is_traced(path, other)
        and (_HOME.search(one) is None) == (_HOME.search(other) is None)
        and _dotted(one) == _dotted(other)
    )


def _is_traced(path: Path, source: bytes) -> bool:
    if "gunicorn" in path.name:
        return True
    return any(word in source for word in _WORDS) and _TRACE.search(source) is not None


def _top(path: Path, root: Path) -> str:
    return path.parts[len(root.parts)] if len(path.parts) > len(root.parts) + 1 else ""


def _name(path: Path) -> str:
    """Return the path of a module without its suffix; for a package, the path of its folder."""
    return (path.parent if path.name == "__init__.py" else path.with_suffix("")).as_posix()


def _is_package(path: Path) -> bool:
    """Say whether a file is that of a package, which Python prefers to a module of its name."""
    return path.name == "__init__.py"


def _with_folders(names: Iterable[str], root: str) -> set[str]:
    """Return the paths of modules and of their folders."""
    found: set[str] = set()
    for name in names:
        path = name
        while len(path) > len(root) and path not in found:
            found.add(path)
            path = path.rpartition("/")[0]
    return found


def _imported(
    path: Path, source: bytes, by_name: dict[str, str], below: Container[str], root: Path
) -> Iterator[str]:
    """Yield the files that a file imports, as far as its text tells."""
    folders = _folders(path.parent.as_posix(), root.as_posix())
    places: dict[str, list[str]] = {}  # where the first part of a name is to be found
    for dotted in _dotted(source):
        parts = dotted.lstrip(".").replace(".", "/")
        level = len(dotted) - len(dotted.lstrip("."))
        if level:
            where = [*folders[level - 1 : level]]
        else:
            first = parts.partition("/")[0]
            if first not in places:
                beside = () if first in _FOREIGN else _places(folders)
                places[first] = [folder for folder in beside if f"{folder}/{first}" in below]
            where = places[first]
        for folder in where:
            found = by_name.get(f"{folder}/{parts}".rstrip("/"))
            if found is not None and (level or found != path.as_posix()):  # none imports itself
                yield found
                break


@functools.cache
def _folders(folder: str, root: str) -> tuple[str, ...]:
    """Return a folder and those above it, up to the root, as texts: paths are slow to compare."""
    if folder == root or not Path(folder).is_relative_to(root):
        return (folder,) if folder == root else ()
    return folder, *_folders(Path(folder).parent.as_posix(), root)


@functools.cache
def _places(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folders of modules that a file may import: the given ones, or ones for sources."""
    return tuple(f"{f}{sub}" for f in folders for sub in ("", "/src", "/backend", "/server"))


def _dotted(source: bytes) -> set[str]:
    """Return the modules that a text imports, or names as uvicorn does; relative ones with "."."""
    found = {match[1].decode() for match in _applications(source)}
    for match in _imports(source):
        base, names, plain = (g.decode("utf-8", "replace") if g else "" for g in match.groups())
        if plain:
            found.update(part.split(" as ")[0].strip() for part in plain.split(","))
        elif base.partition(".")[0] not in _FOREIGN:
            found.add(base)
            joint = "" if base.endswith(".") else "."
            found.update(f"{base}{joint}{word}" for word in re.findall(r"\w+", names))
    return found


def _applications(source: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the texts that may name an application; a search for the colon first is much faster."""
    for end in _APPLICATION_END.finditer(source):
        start = max(source.rfind(quote, 0, end.start()) for quote in (b"'", b'"'))
        if start >= 0 and (match := _APPLICATION.match(source, start)):
            yield match


def _imports(source: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the import statements; a search for the word first is four times as fast."""
    end = 0
    while (word := source.find(b"import", end)) >= 0:
        match = _IMPORT.match(source, max(source.rfind(b"\n", end, word) + 1, end))
        end = match.end() if match else word + 1
        if match:
            yield match
