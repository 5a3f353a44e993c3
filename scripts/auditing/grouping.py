"""Which files make one program, told from their text before anything is parsed."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_TRACE = re.compile(
    rb"^[ \t]*(?:from|import)[ \t]+(?:fastapi|starlette|sqlalchemy|sqlmodel|pydantic|"
    rb"pydantic_settings|uvicorn|gunicorn|jose|jwt|passlib|bcrypt|pwdlib|argon2|asyncpg|prometheus_client|"
    rb"prometheus_fastapi_instrumentator)\b|uvicorn\.workers", re.MULTILINE
)  # fmt: skip
_HOME = re.compile(
    rb"^(?:from|import)[ \t]+(?:fastapi|starlette|sqlalchemy|sqlmodel)\b", re.MULTILINE
)
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\r\n#;]+)|"
    rb"""import[ \t]+([\w., \t]+))|["']([A-Za-z_][\w.]*):\w+["']""", re.MULTILINE
)  # fmt: skip


def programs(sources: dict[Path, bytes], root: Path) -> list[list[Path]]:
    """Return the files in groups that import each other, of which one at least uses a library.

    A file without a trace of the libraries belongs to a program only below a top-level folder in
    which some file imports a framework first of all; others are not even searched for imports.
    """
    traced = {p for p, source in sources.items() if _TRACE.search(source) or "gunicorn" in p.name}
    homes = {_top(p, root) for p in traced if _HOME.search(sources[p])}
    sources = {p: s for p, s in sources.items() if p in traced or _top(p, root) in homes}
    leader = {path: path for path in sources}

    def find(path: Path) -> Path:
        while leader[path] != path:
            leader[path] = leader[leader[path]]
            path = leader[path]
        return path

    by_stem: dict[str, list[Path]] = defaultdict(list)
    for path in sources:
        by_stem[path.stem if path.stem != "__init__" else path.parent.name].append(path)
    for path, source in sources.items():
        for target in _imported(path, source, by_stem, root):
            leader[find(target)] = find(path)
    groups: dict[Path, list[Path]] = defaultdict(list)
    for path in sources:
        groups[find(path)].append(path)
    return [sorted(g) for _, g in sorted(groups.items()) if not traced.isdisjoint(g)]


def _top(path: Path, root: Path) -> str:
    return path.parts[len(root.parts)] if len(path.parts) > len(root.parts) + 1 else ""


def _imported(
    path: Path, source: bytes, by_stem: dict[str, list[Path]], root: Path
) -> Iterator[Path]:
    """Yield the files that a file's imports may lead to, guessed from their text."""
    for match in _IMPORT.finditer(source):
        base, names, plain, string = (
            g.decode("utf-8", "replace") if g else "" for g in match.groups()
        )
        dotted = (
            [string]
            if string
            else [n.split(" as ")[0].strip() for n in plain.split(",")]
            if plain
            else [base]
        )
        if names and base:
            words = re.findall(r"\w+", names)
            dotted += [f"{base}{'' if base.endswith('.') else '.'}{word}" for word in words]
        for name in dotted:
            level = len(name) - len(name.lstrip("."))
            parts = [p for p in name.split(".") if p]
            if not parts and not level:
                continue
            stem = parts[-1] if parts else path.parent.name
            for candidate in by_stem.get(stem, ()):
                where = (
                    candidate.parent
                    if candidate.name == "__init__.py"
                    else candidate.with_suffix("")
                )
                if level:
                    above = path.parents[level - 1] if level <= len(path.parents) else path.parent
                    if where == above.joinpath(*parts):
                        yield candidate
                elif where.parts[-len(parts) :] == tuple(parts) and (
                    len(parts) > 1
                    or where.parent in (root, *path.parents)
                    or where.parent.name in ("src", "backend", "server")
                ):
                    yield candidate
