"""Requirements, and the files in which pip reads them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fastapi_pro.auditing.libraries.lock_files import normalised
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model import project_files

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(.*)", re.DOTALL)
_INCLUDED = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]*(\S+)")
_URL_VERSION = re.compile(r"(?:/v?|@v?|-)(\d+(?:\.\d+)+)")
_DEV = re.compile(r"(^|[-_./])(dev|develop|development|tests?|testing|docs?|lint|ci)([-_./]|$)")
_INSTALL = re.compile(
    r"""\b(?:pip3?(?:\.\d+)?|uv\s+pip)["',\s]+install\b((?:"[^"]*"|'[^']*'|[^&;|\n"'])*)"""
)
_SET = re.compile(r"""(?m)^(?:ARG|ENV)\s+(\w+)[= ]["']?([\w.]+)""")
_WITH_VALUE = {
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix",
    "--python", "-p", "--root", "--cache-dir", "--trusted-host", "--timeout", "--retries",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirement:
    """One declared dependency; `versions` is its specifier, such as ">=2,<5".

    `is_dev` says that it is for tests or other tools, not for the service.
    """

    name: str
    extras: frozenset[str]
    versions: str
    path: Path
    line: int
    marker: str = ""
    is_dev: bool = False


def parse(item: str, path: Path, line: int) -> list[Requirement]:
    """Return the requirement in a text, None if the text is something else."""
    match = _NAME.match(item)
    if match is None:
        return []
    rest, _, marker = match[3].partition(";")
    if rest.lstrip().startswith("@"):
        found = _URL_VERSION.search(rest.rpartition("/")[2]) or _URL_VERSION.search(rest)
        rest = f"=={found[1]}" if found else ""
    elif rest.strip() and rest.lstrip()[0] not in "<>=!~^(*0123456789":
        return []
    extras = frozenset(e.strip().lower() for e in (match[2] or "").split(",") if e.strip())
    name = normalised(match[1])
    return [
        Requirement(name, extras, rest.strip(), path, line, marker.strip(), names_dev(path.name))
    ]


def names_dev(name: str) -> bool:
    """Say whether a file or group of requirements is for development, by its name."""
    return _DEV.search(name.lower()) is not None


def of_file(path: Path, seen: set[Path] | None = None) -> Iterator[Requirement]:
    """Yield what a requirements file and those that it includes declare."""
    seen = set() if seen is None else seen
    if path in seen:
        return
    seen.add(path)
    for number, line in _logical_lines(read_text(path)):
        if match := _INCLUDED.match(line):
            is_dev = names_dev(path.name)
            for found in of_file(path.parent / match[1].strip("\"'"), seen):
                yield replace(found, is_dev=found.is_dev or is_dev)
        elif not line.startswith("-"):
            yield from parse(line.partition(" --")[0], path, number)


def missing_includes(path: Path) -> bool:
    """Say whether a requirements file includes one that does not exist."""
    lines = (_INCLUDED.match(line) for _, line in _logical_lines(read_text(path)))
    return any(match and not project_files.is_file(path.parent / match[1]) for match in lines)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines without comments; a line that ends in a backslash is joined with the next."""
    first, joined = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        first = first or number
        joined += line.removesuffix("\\")
        if not line.endswith("\\"):
            if stripped := re.split(r"(?:^|\s)#", joined, maxsplit=1)[0].strip():
                yield first, stripped
            first, joined = 0, ""


def of_egg(path: Path) -> Iterator[Requirement]:
    """Yield what a `requires.txt` of setuptools declares, whose sections are extras."""
    section = ""
    for number, line in _logical_lines(read_text(path)):
        if line.startswith("["):
            section = line.strip("[]")
            continue
        extra, _, marker = section.partition(":")
        for found in parse(line, path, number):
            yield replace(found, marker=found.marker or marker, is_dev=names_dev(extra))


def of_metadata(path: Path) -> Iterator[Requirement]:
    """Yield the requirements in the METADATA of a wheel, without those of its extras."""
    head = read_text(path).partition("\n\n")[0]
    for number, line in enumerate(head.split("\n"), start=1):
        if line.startswith("Requires-Dist:"):
            for found in parse(line.partition(":")[2], path, number):
                yield replace(found, is_dev="extra" in found.marker)


def of_commands(path: Path) -> Iterator[Requirement]:
    """Yield what the `pip install` of a Dockerfile or script installs."""
    text = re.sub(r"\\[ \t]*\n", "  ", read_text(path))
    for name, value in _SET.findall(text):
        text = re.sub(rf"\$(?:{name}\b|{{{name}}})", lambda _, value=value: value, text)  # type: ignore[misc]
    for match in _INSTALL.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield from _of_arguments(match[1], path, line)


def _of_arguments(text: str, path: Path, line: int) -> Iterator[Requirement]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    words = [word.strip(",[]\"' ") if "[" not in word[1:] else word for word in words]
    while words:
        word = words.pop(0)
        if word in ("-r", "--requirement", "-c", "--constraint"):
            included = path.parent / (words.pop(0) if words else "")
            yield from of_file(included) if project_files.is_file(included) else ()
        elif word in _WITH_VALUE:
            words[:1] = []
        elif not word.startswith(("-", ".", "/")) and "$" not in word:
            yield from parse(word, path, line)
