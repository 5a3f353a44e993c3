"""Split a skill file, and read its YAML front matter with the line and column of each value."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import yaml
from yaml.error import Mark, MarkedYAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from fastapi_pro.validating.codes import Code
from fastapi_pro.validating.report import dotted

MAX_CHARACTERS = 64 * 1024
MAX_DEPTH = 30
MAX_VALUES = 10_000
NOT_YAML: Code = "front-matter-not-yaml"
MISSING: Code = "front-matter-missing"
UNCLOSED: Code = "front-matter-unclosed"
_FENCE = "---"
_IN_QUOTES = re.compile(r"([\"']).*\1")
_LATE = re.compile(
    r"(?:[ \t]*(?:#.*|<!--.*|```.*)?\n)+(?P<fence>---[ \t]*\n)(?:#.*\n)*(?:name|description):[ \t]"
)
"""Front matter that is not first: blank lines, a title, a comment or a fence are before it."""
_UNLIKE = re.compile(r"[ \t]*---.*\n(?:#.*\n)*(?:name|description):[ \t]")
"""Front matter whose first line is more than `---`."""
_FIELD = re.compile(r"(?P<key>[A-Za-z_-]+:)[ \t]+(?P<value>\S.*)")
_SPECIAL = re.compile(r"[{}\[\]*&#!|>%@`]|: ")
_BORNE = re.compile(r"[\t\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that the client accepts within a line, and PyYAML does not."""


@dataclass(frozen=True)
class Place:
    """A place in the file, counted from 1."""

    line: int
    column: int


TOP = Place(1, 1)


class FrontMatterError(Exception):
    """The front matter cannot be read: the place, the finding, and what to write instead."""

    def __init__(self, place: Place, code: Code, message: str, fix: str) -> None:
        super().__init__(message)
        self.place = place
        self.code = code
        self.message = message
        self.fix = fix


@dataclass(frozen=True)
class SkillText:
    """A skill file in two parts: the YAML, and the body with blank lines for the front matter.

    Both keep the line numbers of the file: the YAML begins on line 2, the body on line 1. Without
    front matter everything is body. `end` is the last line of the front matter if it is not `---`.
    """

    yaml: str
    body: str
    body_line: int
    end: str = ""


@dataclass
class FrontMatter:
    """The values, the places of the top-level keys, and of every value by its path of keys."""

    values: dict[str, object] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    places: dict[tuple[str | int, ...], Place] = field(default_factory=dict)
    twice: dict[tuple[str | int, ...], FrontMatterError] = field(default_factory=dict)
    """The keys that are there twice, by their path; the client uses the last value."""
    mended: FrontMatterError | None = None
    """Why it is not YAML, if the client reads it although it is not."""

    def place(self, path: tuple[str | int, ...]) -> Place:
        """Return the place of the value at `path`, or of the nearest known value around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, TOP)

    def field_at(self, line: int, column: int) -> str:
        """Return the key whose value begins there, or else the top-level key above."""
        here = [path for path, place in self.places.items() if place == Place(line, column)]
        if here:
            return dotted(here[-1])  # a map or list is before what begins with it
        above = [(where.line, key) for key, where in self.keys.items() if where.line <= line]
        return max(above)[1] if above else ""


def split(text: str) -> SkillText:
    r"""Cut `text` (lines end at `\n`) at its front matter.

    Raises FrontMatterError if it does not begin the file, or is never closed.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        if late := _LATE.match(text):
            place = Place(text.count("\n", 0, late.start("fence")) + 1, 1)
            message = "the front matter does not begin on line 1, so the client loses its fields"
            fix = "move it up, so that --- is the very first line"
            raise FrontMatterError(place, MISSING, message, fix)
        if _UNLIKE.match(text):
            message = f"`{lines[0][:40]}` does not begin front matter: the client loses its fields"
            raise FrontMatterError(TOP, MISSING, message, "write --- alone on line 1, not indented")
        return SkillText("", text, 1)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            body = "\n" * (number + 1) + "\n".join(lines[number + 1 :])
            return SkillText("\n".join(lines[1:number]), body, number + 2)
    for number, line in enumerate(lines[1:], start=1):
        if _FENCE in line:  # that ends it in the client
            before, _, rest = line.partition(_FENCE)
            body = "\n" * number + "\n".join(
                [" " * (len(line) - len(rest)) + rest, *lines[number + 1 :]]
            )
            return SkillText("\n".join([*lines[1:number], before]), body, number + 1, line)
    raise FrontMatterError(
        TOP,
        UNCLOSED,
        "the front matter is never closed: the client reads all of it as text",
        "write --- on a line of its own after the last field",
    )


@lru_cache(maxsize=4096)  # a skill of a project is read for itself, and for its neighbours
def parse(text: str) -> FrontMatter:
    """Read the YAML between the fences, whose first line is line 2 of the file.

    Raises FrontMatterError for YAML that is broken, not a mapping, too large or too deep. It makes
    only plain values. Broken YAML is read again as the client reads it: with tabs accepted, with
    values of one line in quotes, and up to the first `---`. Empty front matter has no fields.
    """
    try:
        return _read_again(text)
    except FrontMatterError:
        before, found, _ = text.partition(_FENCE)
        if not found:
            raise
        return _read_again(before)


def _read_again(text: str) -> FrontMatter:
    try:
        return _parse(text)
    except FrontMatterError as error:
        if error.code != NOT_YAML:
            raise
        plain = _BORNE.sub(" ", text)
        for reading in (plain, _quoted(plain)):
            try:
                front = _parse(reading)
            except FrontMatterError:
                continue
            front.mended = error
            return front
        raise


def _quoted(text: str) -> str:
    """Return the YAML with quotes around each top-level value that has special characters."""
    return "\n".join(map(_quoted_line, text.split("\n")))


def _quoted_line(line: str) -> str:
    match = _FIELD.fullmatch(line)
    value = match["value"].rstrip() if match else ""
    is_whole = _IN_QUOTES.fullmatch(value) or _is_list(value)
    if not match or is_whole or not _SPECIAL.search(value):
        return line
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{match["key"]} "{value}"'


def _is_list(value: str) -> bool:
    try:
        return value.startswith("[") and value.endswith("]") and bool(compose(value))
    except FrontMatterError:
        return False


def _parse(text: str) -> FrontMatter:
    if len(text) > MAX_CHARACTERS:
        raise FrontMatterError(
            TOP,
            "front-matter-too-large",
            f"the front matter has {len(text):,} characters",
            f"keep it below {MAX_CHARACTERS:,} and move the rest to the body",
        )
    root = compose(text)
    if root is None:
        return FrontMatter()
    if not isinstance(root, MappingNode):
        raise FrontMatterError(
            Place(2, 1),
            "front-matter-not-a-mapping",
            "the front matter has no fields, so the client loses its content",
            "write one `key: value` on each line, at least name and description",
        )
    _refuse_flush(text, root)
    return _Reader(text).read(root)


def _refuse_flush(text: str, node: MappingNode) -> None:
    """Raise FrontMatterError for a line of a value in quotes or brackets that is not indented.

    PyYAML accepts it. The client accepts it only if the line begins with a closing bracket.
    """
    lines = text.split("\n")
    for key, value in () if node.flow_style else node.value:
        if isinstance(value, MappingNode) and not value.flow_style:
            _refuse_flush(text, value)
        if not _is_delimited(value):
            continue
        least = _place(text, key.start_mark.index).column
        first, last = (_place(text, mark.index).line for mark in (value.start_mark, value.end_mark))
        for number in range(first + 1, last + 1):
            line = lines[number - 2]
            indent = len(line) - len(line.lstrip(" "))
            if indent < least and line[indent:][:1].strip("\t#]}"):
                message = "the front matter is not YAML: a line of this value is not indented"
                fix = "indent the line more than its key, or write the value on one line"
                raise FrontMatterError(Place(number, 1), NOT_YAML, message, fix)


def _is_delimited(node: Node) -> bool:
    """Say whether a value is in quotes or brackets."""
    if isinstance(node, ScalarNode):
        return node.style in ("'", '"')
    return bool(node.flow_style) if isinstance(node, MappingNode | SequenceNode) else False


class _BoundedLoader(yaml.SafeLoader):
    """Composes nodes down to MAX_DEPTH, so that neither the stack nor the time is exhausted."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH and parent is not None:
            problem = f"values are nested more than {MAX_DEPTH} deep"
            raise MarkedYAMLError(problem=problem, problem_mark=parent.start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def compose(text: str) -> Node | None:
    """Return the root node; every error of PyYAML becomes a FrontMatterError."""
    try:
        return yaml.compose(text, Loader=_BoundedLoader)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(text, mark.index) if mark else Place(2, 1)
        problem = error.problem or error.context or "it cannot be parsed"
    except ReaderError as error:
        place = _place(text, error.position)
        problem = f"the character U+{int(error.character):04X} is not allowed"
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets chr() fail on an escape like "\UFFFFFFFF".
        place, problem = Place(2, 1), str(error)
    raise FrontMatterError(
        place, NOT_YAML, f"the front matter is not YAML: {problem}", _hint(problem)
    )


def _hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return 'put a value that contains ": " in double quotes, as in description: "Use when: …"'
    if "cannot start any token" in problem:
        return "indent with spaces, and put a value that begins with @, ` or % in double quotes"
    return "put the value in double quotes, or repair the YAML at this place"


def _place(text: str, index: int) -> Place:
    r"""Turn an offset into a place: PyYAML's own lines also end at U+0085, U+2028 and U+2029."""
    before = text[:index]
    return Place(before.count("\n") + 2, index - (before.rfind("\n") + 1) + 1)


class _Reader:
    """Turns nodes into values, filling one FrontMatter; aliases are followed within limits."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._count = 0
        self._front = FrontMatter()

    def read(self, root: MappingNode) -> FrontMatter:
        self._front.values = self._mapping(root, ())
        return self._front

    def _where(self, mark: Mark) -> Place:
        return _place(self._text, mark.index)

    def _value(self, node: Node, path: tuple[str | int, ...]) -> object:
        self._count += 1
        where = self._where(node.start_mark)
        if self._count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise FrontMatterError(
                where,
                "front-matter-too-large",
                "the aliases of the front matter expand to too many values, or without end",
                "write the values out, without anchors (&) and aliases (*)",
            )
        self._front.places[path] = where
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, number)) for number, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: MappingNode, path: tuple[str | int, ...]) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in node.value:
            where = self._where(key.start_mark)
            if not isinstance(key, ScalarNode):
                raise FrontMatterError(
                    where,
                    NOT_YAML,
                    "a key is a list or a mapping",
                    "write a plain word before the colon",
                )
            if key.value in values:
                message = f"`{key.value}` is given twice: the client uses the last value"
                fix = "keep one of the two"
                error = FrontMatterError(where, "duplicate-key", message, fix)
                self._front.twice[*path, key.value] = error
            if not path:
                self._front.keys[key.value] = where
            values[key.value] = self._value(value, (*path, key.value))
        return values


def _scalar(node: Node) -> object:
    """Return null, boolean, number or text as YAML 1.2 does: `on`, `yes` and dates are text.

    So does the client, a JavaScript program. PyYAML implements YAML 1.1, which would read
    `name: on` as a boolean.
    """
    text = str(node.value)
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind in {"int", "float"}:
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            return text
    return text
