"""Read the files of a plugin or project: never more than a plain file of reasonable size."""

import json
import os
import re
import stat
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from fastapi_pro.validating.codes import Code
from fastapi_pro.validating.frontmatter import TOP, FrontMatter, FrontMatterError, Place, parse
from fastapi_pro.validating.report import Finding, dotted

MAX_BYTES = 1024 * 1024
_IGNORED = {".git", ".venv", "node_modules", "__pycache__"}
_OF_OTHER_CLIENTS = {
    ".codex", ".codex-plugin", ".cursor", ".cursor-plugin", ".gemini", ".kiro", ".opencode",
    ".opencode-plugin", ".windsurf",
}  # fmt: skip
_FIXTURES = re.compile(r"(?:.*[-_])?fixtures?_*|testdata")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""The name of a plugin or marketplace."""
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)

Path_ = tuple[str | int, ...]


def read_text(file: Path) -> str:
    r"""Return the text of a plain file, its lines ending at `\n`; a FIFO is never opened.

    Raises FrontMatterError with the place of the first byte that is not UTF-8.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise FrontMatterError(
                TOP, "unreadable", "it is not a plain file", "make it a plain file"
            )
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise FrontMatterError(
            TOP, "unreadable", reason, "make it a file that can be read"
        ) from None
    if len(raw) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KiB"
        raise FrontMatterError(TOP, "file-too-large", message, "keep only what the client reads")
    bad = raw.find(b"\0")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        bad = error.start
    if bad >= 0:
        line = raw.count(b"\n", 0, bad) + 1
        column = bad - raw.rfind(b"\n", 0, bad)
        message = f"byte {raw[bad]:#04x} is not UTF-8 text"
        raise FrontMatterError(
            Place(line, column), "not-text", message, "save the file as UTF-8 text"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class JsonFile:
    """The values of a JSON file, its duplicate keys, and the place of each value."""

    shown: str
    text: str
    values: object
    twice: list[str] = field(default_factory=list)
    is_settings: bool = False
    """Whether it is a project's settings: a hook that is wrong there stops no other."""

    @cached_property
    def _offsets(self) -> dict[Path_, int]:
        """The offset of each value, by its path; the text is JSON."""
        offsets: dict[Path_, int] = {}
        path: list[str | int | None] = []  # None: a key of this object comes next
        for token in _JSON_TOKEN.finditer(self.text):
            text = token[0]
            if text in ("}", "]"):
                path.pop()
            elif text == ",":
                last = path[-1]
                path[-1] = last + 1 if isinstance(last, int) else None
            elif path and path[-1] is None:
                path[-1] = str(json.loads(text))
            elif text != ":":
                offsets[tuple(step for step in path if step is not None)] = token.start()
                path.extend([None] if text == "{" else [0] if text == "[" else [])
        return offsets

    def place(self, path: Path_) -> Place:
        """Return the place of the value at `path`, or of the nearest value around it."""
        while path and path not in self._offsets:
            path = path[:-1]
        before = self.text[: self._offsets.get(path, 0)]
        return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))

    def at(self, path: Path_, code: Code, message: str, fix: str) -> Finding:
        """Return an error at the value of `path`."""
        where = self.place(path)
        place = (self.shown, where.line, where.column)
        return Finding(*place, code, message, fix, field=dotted(path))

    def warn(self, path: Path_, code: Code, message: str, fix: str) -> Finding:
        """Return a warning at the value of `path`."""
        return replace(self.at(path, code, message, fix), level="warning")


@dataclass(frozen=True)
class FrontFile:
    """The front matter of a skill or an agent, and the name of its file in findings."""

    shown: str
    front: FrontMatter
    is_agent: bool = False

    def at(self, path: Path_, code: str, message: str, fix: str) -> Finding:
        """Return an error at the value of `path`."""
        where = self.front.place(path)
        return Finding(self.shown, where.line, where.column, code, message, fix)

    def warn(self, path: Path_, code: str, message: str, fix: str) -> Finding:
        """Return a warning at the value of `path`."""
        return replace(self.at(path, code, message, fix), level="warning")


def read_json(file: Path, shown: str) -> JsonFile:
    """Read a JSON file. Raises FrontMatterError with the place where the JSON is wrong."""
    text = read_text(file)
    twice: list[str] = []

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return made

    try:
        values = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        place = Place(error.lineno, error.colno)
        if text.startswith("\ufeff"):
            place, message = TOP, "the file begins with a byte order mark, which is not JSON"
        fix = "repair the JSON at this place: no comments, no comma before } or ]"
        raise FrontMatterError(place, "json-invalid", message, fix) from None
    except RecursionError:
        message, fix = "its values are nested too deep", "reduce the nesting"
        raise FrontMatterError(TOP, "json-invalid", message, fix) from None
    return JsonFile(shown, text, values, twice)


def opened(file: Path, shown: str) -> Generator[Finding, None, JsonFile | None]:
    """Yield why `file` cannot be read as JSON, and return it if it can."""
    try:
        read = read_json(file, shown)
    except FrontMatterError as error:
        where = error.place
        message = f"{error.message}: the client loads nothing from it"
        yield Finding(shown, where.line, where.column, error.code, message, error.fix)
        return None
    if read.twice:
        names = ", ".join(f"`{name}`" for name in read.twice)
        message = f"{names} is twice in one object: the client uses the last value"
        yield Finding(shown, 1, 1, "json-duplicate-key", message, "keep one of the two", "warning")
    return read


def said(values: dict[str, object], key: str) -> str:
    """Return what a field is, for a message."""
    return kind_of(values[key]) if key in values else "missing"


def kind_of(value: object) -> str:
    """Return what a value is, for a message."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return repr(value[:60])
    kinds = {dict: "an object", list: "a list", bool: "true or false"}
    return kinds.get(type(value), "a number")


def read_yaml(file: Path) -> str | None:
    """Return the text between the fences of a Markdown file, None where it has no front matter."""
    text = read_text(file).removeprefix("\ufeff")
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    return None if end is None else "\n".join(lines[1:end])


def read_front(file: Path) -> FrontMatter | None:
    """Return the front matter of a Markdown file, None where it has none."""
    yaml = read_yaml(file)
    if yaml is None:
        return None
    return parse(yaml) if yaml.strip() else FrontMatter()


def read_object(file: Path) -> dict[str, object]:
    """Return the object that a JSON file holds, an empty one where it cannot be read."""
    try:
        values = read_json(file, "").values
    except (FrontMatterError, OSError):
        return {}
    return values if isinstance(values, dict) else {}


def texts_of(value: object) -> list[str]:
    """Return the texts of a field that holds one or a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def is_within(page: Path, named: Iterable[Path]) -> bool:
    """Say whether a page is one of these paths, or below one."""
    return any(page == each or each in page.parents for each in named)


def _is_left_alone(parent: str, name: str) -> bool:
    """Say whether to skip a folder: files of others, fixtures of tests, or of another client.

    Claude Code loads none of these. A skill may have the name of a folder of fixtures.
    """
    is_foreign = name in _IGNORED or name in _OF_OTHER_CLIENTS
    return is_foreign or (bool(_FIXTURES.fullmatch(name)) and parent != "skills")


def leads_up(link: str | Path) -> bool:
    """Say whether a link leads to a folder in which it lies itself."""
    target = os.path.realpath(link)
    place = os.path.realpath(os.path.dirname(link) or ".")  # noqa: PTH120 -- asked of each link
    return os.path.commonpath([target, place]) == target


def walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield `folder` and each folder below it, with the names in it.

    It skips folders that cannot be read. Links are followed once, those that lead up never.
    """
    seen: set[str] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            identity = os.path.realpath(here)
            if identity in seen:
                continue
            seen.add(identity)
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            continue
        yield here, [entry.name for entry in entries]
        waiting += [
            here / entry.name
            for entry in reversed(entries)
            if not _is_left_alone(here.name, entry.name) and _is_folder(entry)
        ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir() and not (entry.is_symlink() and leads_up(entry.path))
    except OSError:
        return False
