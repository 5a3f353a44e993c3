"""Places in files that are not Python, and the words there."""

from dataclasses import dataclass, field
from pathlib import Path

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model import project_files

_LARGEST = 500_000  # bytes; what is larger starts no server


@dataclass(frozen=True, slots=True)
class Word:
    """A word or value of a file: `line` counts from 1, `column` from 0 in characters.

    `is_known` is False if a part of it is a variable or the output of a command; `text` does not
    contain that part. `places` has the line and column of each character. It is empty if the
    characters stand as in `text`, with further lines from column 0.
    """

    text: str
    line: int
    column: int
    is_known: bool = True
    places: tuple[tuple[int, int], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a file where a detector makes a hit, like a Node."""

    path: Path
    line: int
    offset: int

    def hit(self, message: str, *, severity: str = "", fix: str = "", cause: str = "") -> Hit:
        """Return what a detector yields: this place, and what is wrong there in one sentence."""
        return Hit(self.path, self.line, self.offset, message, severity, fix, cause)


@dataclass(frozen=True, eq=False)
class Source:
    """A file that is not Python, with its text."""

    path: Path
    text: str

    def at(self, word: Word) -> Spot:
        """Return the place of a word, in bytes as ast counts."""
        lines = self.text.splitlines()
        line = lines[word.line - 1] if 0 < word.line <= len(lines) else ""
        offset = len(line[: word.column].encode("utf-8", "replace"))
        return Spot(self.path, word.line, offset)


def source(path: Path) -> Source:
    """Return a file; its text is empty if it cannot be read."""
    try:
        content = project_files.read(path) if project_files.size(path) < _LARGEST else b""
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        text = ""
    return Source(path, text)
