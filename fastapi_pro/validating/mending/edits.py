"""Edits of a text by line and column of findings; line ends and byte order mark are kept."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")
MARK = "\ufeff"


@dataclass(frozen=True, order=True)
class Edit:
    """Replace the text from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


class Source:
    """A text as it is in its file, and where its lines begin."""

    def __init__(self, text: str) -> None:
        first = len(MARK) if text.startswith(MARK) else 0
        self.text = text
        self._starts = [first, *(end.end() for end in _LINE_END.finditer(text))]
        ends = [end.start() for end in _LINE_END.finditer(text)]
        self._ends = [*ends, len(text)]

    @property
    def lines(self) -> list[str]:
        """The lines without their ends, as findings count them from 1."""
        return [self.text[a:b] for a, b in zip(self._starts, self._ends, strict=True)]

    def edit(self, line: int, column: int, old: str, new: str) -> Edit | None:
        """Return the edit that replaces `old` by `new`, None if `old` is not at this place."""
        if not 1 <= line <= len(self._starts):
            return None
        start = self._starts[line - 1] + column - 1
        end = start + len(old)
        if end > self._ends[line - 1] or self.text[start:end] != old:
            return None
        return Edit(start, end, new)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text after the edits; of two that overlap, only the first is done."""
    parts, done = [], 0
    for edit in sorted(set(edits)):
        if edit.start >= done:
            parts += [text[done : edit.start], edit.text]
            done = edit.end
    return "".join([*parts, text[done:]])
