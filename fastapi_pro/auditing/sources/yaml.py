"""The part of YAML that compose files and Kubernetes manifests use, with places.

What the reader does not understand makes a document unreadable, never wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{}#&*!|>%@`,?:-](?:(?!\s#).)*?"""
    r"""|[-?:][^\s](?:(?!\s#).)*?)\s*:(?=\s|$)"""
)
_PROPERTIES = re.compile(r"(?:(&\S+|!\S*)(?:\s+|$))+")
_BLOCK = re.compile(r"([|>])[-+0-9]*\s*(?:#.*)?$")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, and the place of its first character.

    `places` has the line and column of each character, empty if all stand in one line.
    """

    text: str
    line: int
    column: int
    places: tuple[tuple[int, int], ...] = ()


@dataclass(eq=False)
class Mapping:
    """Keys with their values; `places` are the keys' lines and columns."""

    line: int
    column: int
    values: "dict[str, Value]" = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def get(self, *keys: str) -> "Value":
        """Return the value below these keys, an empty text if there is none."""
        found: Value = self
        for key in keys:
            found = found.values.get(key, NOTHING) if isinstance(found, Mapping) else NOTHING
        return found


@dataclass(eq=False)
class Sequence:
    """The items of a list."""

    line: int
    column: int
    items: "list[Value]" = field(default_factory=list)


Value: TypeAlias = Scalar | Mapping | Sequence
NOTHING = Scalar("", 0, 0)


class _UnclearError(Exception):
    """A document contains something that this reader does not understand."""


def mappings(value: Value) -> list[Mapping]:
    """Return the mappings among the items of a list."""
    items = value.items if isinstance(value, Sequence) else []
    return [item for item in items if isinstance(item, Mapping)]


def documents(text: str) -> Iterator[Mapping]:
    """Yield the documents of a text that are mappings and can be understood."""
    lines = text.splitlines()
    marks = [n for n, line in enumerate(lines) if re.match(r"(---|\.\.\.)(\s|$)", line)]
    for first, last in zip([0, *(n + 1 for n in marks)], [*marks, len(lines)], strict=True):
        try:
            value = _Reader(lines[:last], first).document()
        except (_UnclearError, RecursionError):
            continue
        if isinstance(value, Mapping):
            yield value


class _Reader:
    """Reads one document; `at` is the index of the next line."""

    def __init__(self, lines: list[str], first: int) -> None:
        self.lines, self.at = list(lines), first
        self.anchors: dict[str, Value] = {}

    def document(self) -> Value:
        while self._peek() is not None and self.lines[self.at].startswith("%"):
            self.at += 1
        value = self._block(0, 0)
        if self._peek() is not None:
            raise _UnclearError
        return value

    def _peek(self) -> int | None:
        """Return the indentation of the next line with content, None at the end."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            bare = line.lstrip(" ")
            if bare and not bare.startswith("#") and not bare.isspace():
                if bare.startswith("\t"):
                    raise _UnclearError
                return len(line) - len(bare)
            self.at += 1
        return None

    def _block(self, least: int, depth: int) -> Value:
        """Return the value that begins on the next line, if that is indented enough."""
        indent = self._peek()
        if indent is None or indent < least:
            return NOTHING
        if depth > _DEEPEST:
            raise _UnclearError
        line = self.lines[self.at]
        if re.match(r"-(\s|$)", line[indent:]):
            return self._sequence(indent, depth)
        if _KEY.match(line, indent):
            return self._mapping(indent, depth)
        return self._value(indent, least - 1, depth)

    def _sequence(self, indent: int, depth: int) -> Sequence:
        found = Sequence(self.at + 1, indent)
        while self._peek() == indent and re.match(r"-(\s|$)", self.lines[self.at][indent:]):
            line = self.lines[self.at]
            rest = line[indent + 1 :].lstrip()
            if not rest or rest.startswith("#"):
                self.at += 1
                found.items.append(self._block(indent + 1, depth + 1))
                continue
            self.lines[self.at] = line[:indent] + " " + line[indent + 1 :]
            found.items.append(self._block(indent + 1, depth + 1))
        return found

    def _mapping(self, indent: int, depth: int) -> Mapping:
        found = Mapping(self.at + 1, indent)
        while self._peek() == indent:
            match = _KEY.match(self.lines[self.at], indent)
            if match is None:
                raise _UnclearError
            key, place = _unquoted(match[1]), (self.at + 1, indent)
            value = self._value(match.end(), indent, depth)
            if key == "<<":
                for merged in value.items if isinstance(value, Sequence) else [value]:
                    if isinstance(merged, Mapping):
                        found.values = merged.values | found.values
                        found.places = merged.places | found.places
            else:
                found.values[key], found.places[key] = value, place
        indent_next = self._peek()
        if indent_next is not None and indent_next > indent:
            raise _UnclearError
        return found

    def _value(self, column: int, indent: int, depth: int) -> Value:
        """Return the value that begins at a column of the next line, inside `indent`."""
        line = self.lines[self.at]
        column += len(line[column:]) - len(line[column:].lstrip())
        anchor = ""
        if match := _PROPERTIES.match(line, column):
            anchor = next((p[1:] for p in match[0].split() if p.startswith("&")), "")
            column = match.end()
        value = self._bare_value(column, indent, depth)
        if anchor:
            self.anchors[anchor] = value
        return value

    def _bare_value(self, column: int, indent: int, depth: int) -> Value:
        line = self.lines[self.at]
        rest = line[column:]
        if not rest or rest.startswith("#"):
            self.at += 1
            following = self._peek()
            is_list = following == indent and re.match(r"-(\s|$)", self.lines[self.at][indent:])
            return self._block(indent if is_list else indent + 1, depth + 1)
        if rest.startswith("*"):
            self.at += 1
            return self.anchors.get(rest[1:].split()[0] if rest[1:].split() else "", NOTHING)
        if match := _BLOCK.match(rest):
            return self._text_block(indent, is_folded=match[1] == ">")
        if rest[0] in "[{\"'":
            value, self.at, end = self._flow(self.at, column, depth)
            left = self.lines[self.at][end:].strip()
            if left and not left.startswith("#"):
                raise _UnclearError
            self.at += 1
            return value
        if rest[0] in "@`%":
            raise _UnclearError
        return self._plain(column, indent)

    def _text_block(self, indent: int, *, is_folded: bool) -> Scalar:
        self.at += 1
        place = (self.at + 1, 0)
        inner = 0
        rows: list[_Row] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip():
                own = len(line) - len(line.lstrip(" "))
                inner = inner or own
                if own <= indent or own < inner:
                    break
            rows.append(_row(line[inner:], self.at, inner))
            self.at += 1
        return _folded(rows, place, keeps_indented=True) if is_folded else _literal(rows, place)

    def _plain(self, column: int, indent: int) -> Scalar:
        place = (self.at + 1, column)
        rows = [_row(_uncommented(self.lines[self.at][column:]), self.at, column)]
        self.at += 1
        while (own := self._peek()) is not None and own > indent:
            if _KEY.match(self.lines[self.at], own):
                raise _UnclearError
            rows.append(_row(_uncommented(self.lines[self.at][own:]), self.at, own))
            self.at += 1
        return _folded(rows, place)

    def _flow(self, at: int, column: int, depth: int) -> tuple[Value, int, int]:
        """Return a flow value, and the line and column after it."""
        at, column = self._skip(at, column)
        start = self.lines[at][column]
        if depth > _DEEPEST:
            raise _UnclearError
        if start in "\"'":
            return self._quoted(at, column, start)
        if start == "[":
            listed = Sequence(at + 1, column)
            at, column = self._skip(at, column + 1)
            while self.lines[at][column] != "]":
                item, at, column = self._flow(at, column, depth + 1)
                listed.items.append(item)
                at, column = self._separated(at, column, "]")
            return listed, at, column + 1
        if start == "{":
            found = Mapping(at + 1, column)
            at, column = self._skip(at, column + 1)
            while self.lines[at][column] != "}":
                place = (at + 1, column)
                key, at, column = self._flow(at, column, depth + 1)
                at, column = self._skip(at, column)
                value: Value = NOTHING
                if self.lines[at][column] == ":":
                    at, column = self._skip(at, column + 1)
                    if self.lines[at][column] not in ",}":
                        value, at, column = self._flow(at, column, depth + 1)
                if not isinstance(key, Scalar):
                    raise _UnclearError
                found.values[key.text], found.places[key.text] = value, place
                at, column = self._separated(at, column, "}")
            return found, at, column + 1
        match = re.compile(r"[^,\[\]{}#:]+(?::(?=[^\s,\[\]{}])[^,\[\]{}#:]*)*").match(
            self.lines[at], column
        )
        if match is None:
            raise _UnclearError
        return Scalar(match[0].rstrip(), at + 1, column), at, match.end()

    def _quoted(self, at: int, column: int, quote: str) -> tuple[Scalar, int, int]:
        column += 1
        place = (at + 1, column)
        rows: list[_Row] = [[]]
        while at < len(self.lines):
            line = self.lines[at]
            character, here = line[column : column + 1], (at + 1, column)
            if not character:
                at, rows = at + 1, [*rows, []]
                following = self.lines[at] if at < len(self.lines) else ""
                column = len(following) - len(following.lstrip())
            elif character == "\\" and quote == '"':
                escaped = line[column + 1 : column + 2]
                cell = (_ESCAPES.get(escaped, escaped), (at + 1, column + 1))
                rows[-1].append(cell if escaped else (_CONTINUED, here))
                column += 2
            elif character != quote:
                rows[-1].append((character, here))
                column += 1
            elif quote == "'" and line.startswith("''", column):
                rows[-1].append(("'", here))
                column += 2
            else:
                return _folded(rows, place), at, column + 1
        raise _UnclearError

    def _skip(self, at: int, column: int) -> tuple[int, int]:
        """Return the place of the next character that is neither space nor comment."""
        while at < len(self.lines):
            rest = self.lines[at][column:]
            bare = rest.lstrip()
            if bare and not bare.startswith("#"):
                return at, column + len(rest) - len(bare)
            at, column = at + 1, 0
        raise _UnclearError

    def _separated(self, at: int, column: int, end: str) -> tuple[int, int]:
        at, column = self._skip(at, column)
        if self.lines[at][column] == ",":
            return self._skip(at, column + 1)
        if self.lines[at][column] != end:
            raise _UnclearError
        return at, column


_Cell: TypeAlias = tuple[str, tuple[int, int]]  # a character, and its line and column
_Row: TypeAlias = list[_Cell]
_CONTINUED = "\\\n"


def _row(text: str, at: int, column: int) -> _Row:
    return [(character, (at + 1, column + i)) for i, character in enumerate(text)]


def _literal(rows: list[_Row], place: tuple[int, int]) -> Scalar:
    """Return the text of rows with a line break between each two."""
    cells: list[_Cell] = []
    for number, row in enumerate(rows):
        at = row[0][1] if row else cells[-1][1] if cells else place
        cells += [*([("\n", at)] if number else []), *row]
    return _scalar(cells, place)


def _folded(rows: list[_Row], place: tuple[int, int], *, keeps_indented: bool = False) -> Scalar:
    """Return the text of rows where one line break is a space, and of more the first is none.

    In a block, line breaks around a line that is indented further are kept.
    """
    cells: list[_Cell] = []
    breaks, before = 0, ""
    for row in rows:
        text = "".join(character for character, _ in row)
        if text.strip():
            is_kept = keeps_indented and (before in ("", " ", "\t") or text[0] in " \t")
            between = "\n" * breaks if is_kept else "\n" * (breaks - 1) or " " * breaks
            if cells and cells[-1][0] == _CONTINUED:
                cells.pop()
                between = ""
            cells += [*((character, row[0][1]) for character in between), *row]
            breaks, before = 0, text[0]
        breaks += 1
    return _scalar(cells, place)


def _scalar(cells: list[_Cell], place: tuple[int, int]) -> Scalar:
    """Return the text of characters; `place` is where it would begin without any."""
    line, column = cells[0][1] if cells else place
    places = tuple(place for _, place in cells)
    is_one_line = all(place == (line, column + i) for i, place in enumerate(places))
    text = "".join(character for character, _ in cells)
    return Scalar(text, line, column, () if is_one_line else places)


def _uncommented(text: str) -> str:
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()


def _unquoted(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith('"'):
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])
    return text
