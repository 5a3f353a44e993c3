"""The patterns of a .gitignore file, matched byte by byte as git's wildmatch.c does."""

import functools
import os
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

_SPECIAL = re.compile(rb"[*?\[\\]")
_CLASS = re.compile(rb"\[:([^\]]*)(\])?")
_NEVER = rb"(?!)"
_CLASSES = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "cntrl": "".join(map(chr, (*range(32), 127))),
    "digit": string.digits,
    "graph": string.ascii_letters + string.digits + string.punctuation,
    "lower": string.ascii_lowercase,
    "print": string.ascii_letters + string.digits + string.punctuation + " ",
    "punct": string.punctuation,
    "space": " \t\n\r",
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}


@dataclass(frozen=True)
class _Pattern:
    """One line. `glob` has no `!` and no outer slashes; `by_path` if a slash begins or parts it."""

    glob: bytes
    negative: bool
    folders_only: bool
    by_path: bool

    @functools.cached_property
    def regex(self) -> re.Pattern[bytes]:
        return re.compile(_translate(self.glob, by_path=self.by_path), re.DOTALL)

    @property
    def is_literal(self) -> bool:
        return not _SPECIAL.search(self.glob)

    @property
    def is_suffix(self) -> bool:
        """Say whether it is `*` and literal text, for names."""
        return not self.by_path and self.glob[:1] == b"*" and not _SPECIAL.search(self.glob, 1)


class Decides(Protocol):
    """Patterns of a file, or an object that decides like them."""

    def decide(self, path: bytes, *, is_folder: bool) -> bool | None:
        """Return whether an absolute path is ignored, None if no pattern decides."""


class Patterns:
    """The patterns of one file, the last first; they apply below the absolute folder `base`."""

    def __init__(self, patterns: list[_Pattern], base: bytes) -> None:
        self._patterns, self._base = patterns, _slashed(base).rstrip(b"/") + b"/"
        # Most paths match nothing: these four say so at the price of two look-ups and two matches.
        literal = [p for p in self._patterns if p.is_literal]
        self._literals = frozenset(p.glob for p in literal)
        self._suffixes = tuple(p.glob[1:] for p in self._patterns if p.is_suffix)
        globs = [p for p in self._patterns if not p.is_literal and not p.is_suffix]
        self._name_globs = _any_of([p for p in globs if not p.by_path])
        self._path_globs = _any_of([p for p in globs if p.by_path])

    def decide(self, path: bytes, *, is_folder: bool) -> bool | None:
        """Return whether an absolute path is ignored, None if no pattern decides.

        The caller checks the folders around it.
        """
        path = _slashed(path)
        if not path.startswith(self._base):
            return None
        path = path[len(self._base) :]
        name = path[path.rfind(b"/") + 1 :]
        if not (
            name in self._literals
            or path in self._literals
            or name.endswith(self._suffixes)
            or (self._name_globs and self._name_globs.fullmatch(name))
            or (self._path_globs and self._path_globs.fullmatch(path))
        ):
            return None
        for pattern in self._patterns:
            if is_folder or not pattern.folders_only:
                subject = path if pattern.by_path else name
                if pattern.regex.fullmatch(subject):
                    return not pattern.negative
        return None


def compile_patterns(content: bytes, base: bytes) -> Patterns | None:
    """Return a file's patterns, which apply below the absolute folder `base`; None without any."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    patterns = [pattern for line in reversed(lines) if (pattern := _parse(line))]
    return Patterns(patterns, base) if patterns else None


def is_ignored(stack: Sequence[Decides], path: bytes, *, is_folder: bool) -> bool:
    """Say whether the first of `stack` that decides, nearest first, ignores an absolute path."""
    for patterns in stack:
        verdict = patterns.decide(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def _slashed(path: bytes) -> bytes:
    return path if os.sep == "/" else path.replace(os.fsencode(os.sep), b"/")


def _parse(line: bytes) -> _Pattern | None:
    """Return the pattern of a line; None for a comment, a blank, and one that matches nothing."""
    line = _trimmed(line.removesuffix(b"\r").partition(b"\0")[0])
    if line.startswith(b"#"):
        return None
    negative = line.startswith(b"!")
    glob = line[1:] if negative else line
    folders_only = glob.endswith(b"/")
    glob = glob.removesuffix(b"/")
    by_path = b"/" in glob
    glob = glob.removeprefix(b"/")
    return _Pattern(glob, negative, folders_only, by_path) if glob else None


def _trimmed(line: bytes) -> bytes:
    """Return the line without the spaces at its end, except one that a backslash quotes."""
    bare = line.rstrip(b" ")
    quoted = (len(bare) - len(bare.rstrip(b"\\"))) % 2 == 1
    return line[: len(bare) + 1] if quoted and bare != line else bare


def _any_of(patterns: list[_Pattern]) -> re.Pattern[bytes] | None:
    """Return one expression that matches what any of the patterns matches."""
    if not patterns:
        return None
    sources = (_translate(p.glob, by_path=p.by_path) for p in patterns)
    return re.compile(b"|".join(b"(?:%s)" % source for source in sources), re.DOTALL)


def _translate(glob: bytes, *, by_path: bool) -> bytes:
    """Return the regular expression of a glob.

    The text between two stars matches at the first place where it fits and at no other (`(?>...)`):
    the second star takes the rest, so no pattern takes long.
    """
    regex, piece, segment = b"", b"", [b""]  # up to the last "**/", "/" and "*"
    opening = closing = b""
    # git compares what stands before the first special byte apart: the stars of "a**/" come first.
    start = match.start() if (match := _SPECIAL.search(glob)) else 0
    place = 0
    while place < len(glob):
        if not glob.startswith(b"*", place):
            one, place = _one(glob, place)
            if one == _NEVER:
                return _NEVER
            if one == b"/":
                piece, segment = piece + _joined(segment) + b"/", [b""]
            else:
                segment[-1] += one
            continue
        end = place + len(glob[place:]) - len(glob[place:].lstrip(b"*"))
        begins = place == start or glob.startswith(b"/", place - 1)
        is_deep = by_path and begins and end - place > 1
        slash = re.match(rb"\\?/|\Z", glob[end:]) if is_deep else None
        place = end
        if slash is None:
            segment.append(b"")
        elif not slash[0]:
            return regex + opening + piece + _joined(segment) + closing + b".*"
        else:
            regex += opening + piece + _joined(segment) + closing
            opening = b"(?>(?:[^/]*/)" + (b"*?" if slash[0] == b"/" else b"+?")
            piece, segment, closing = b"", [b""], b")"
            place += len(slash[0])
    return regex + opening.replace(b"(?>", b"(?:", 1) + piece + _joined(segment) + closing


def _joined(segment: list[bytes]) -> bytes:
    """Return the expression of a name, from the texts between its stars."""
    first, *others = segment
    if not others:
        return first
    middle = b"".join(b"(?>[^/]*?%s)" % part for part in others[:-1])
    return first + middle + b"[^/]*" + others[-1]


def _one(glob: bytes, place: int) -> tuple[bytes, int]:
    """Return the expression of the single byte at `place`, and the place after it."""
    byte = glob[place : place + 1]
    if byte == b"?":
        return b"[^/]", place + 1
    if byte == b"[":
        return _bracket(glob, place + 1)
    if byte == b"\\":
        place += 1
        byte = glob[place : place + 1]
    return re.escape(byte) if byte else _NEVER, place + 1


def _bracket(glob: bytes, place: int) -> tuple[bytes, int]:
    """Return the expression of the bracket that opens before `place`, and the place after it."""
    negated = glob[place : place + 1] in (b"!", b"^")
    place += negated
    first, members, before = True, set[int](), 0
    while place < len(glob) and (first or glob[place] != ord("]")):
        first = False
        byte = glob[place]
        following = glob[place + 1 : place + 2]
        is_class = _CLASS.match(glob, place)
        if byte == ord("-") and before and following not in (b"", b"]"):
            place += 1 + (following == b"\\")
            if place >= len(glob):
                return _NEVER, place
            members.update(range(before, glob[place] + 1))
            before = 0
        elif is_class and (not is_class[2] or is_class[1].endswith(b":")):
            name = is_class[1][:-1].decode("latin-1")
            if not is_class[2] or name not in _CLASSES:
                return _NEVER, place
            members.update(map(ord, _CLASSES[name]))
            place, before = is_class.end() - 1, 0
        else:
            place += byte == ord("\\")
            if place >= len(glob):
                return _NEVER, place
            before = glob[place]
            members.add(before)
        place += 1
    if place >= len(glob):
        return _NEVER, place
    wanted = (set(range(256)) - members if negated else members) - {ord("/")}
    listed = b"".join(b"\\x%02x" % value for value in sorted(wanted))
    return (b"[%s]" % listed if listed else _NEVER), place + 1
