"""The text of a Python file and its tree, or the reason why there is none."""

import ast
import re
import symtable
import sys
import tokenize
import warnings
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.module import descendants

_EMPTY: Any = []
_ENDS = ("end_lineno", "end_col_offset")
MAX_BYTES = 1_000_000
"""Larger files are generated: they get a line, and are not read."""
_GENERATED = "`--exclude` it; a file of this size is generated for the most part"
MAKE_READABLE = "See to it that the audit can read it, or `--exclude` it"

# `except A, B:` of Python 3.14, which an older parser refuses
_EXCEPT = re.compile(
    rb"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)([ \t]*:)", re.MULTILINE
)
_CONFLICT = re.compile(rb"^<<<<<<< .*\n(?:.*\n)*?=======\r?\n(?:.*\n)*?>>>>>>> ", re.MULTILINE)
TEMPLATE = "`--exclude` it: a template is Python only when it is filled in"
_JINJA = re.compile(rb"{%[-+]? *[a-z]+|{{ *[\w.|]+ *}}")
_COOKIECUTTER = re.compile(rb"{{ *cookiecutter\.|^{%[-+]? *(if|for|raw|set|import)\b", re.MULTILINE)


class UnreadableError(Exception):
    """Why a file cannot be audited, and where in it; `line` and `column` count from 1.

    `fix` says what to do where that is not to correct the file.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, fix: str = "") -> None:
        super().__init__(message)
        self.line, self.column, self.fix = line, column, fix


def read(path: Path) -> bytes:
    """Return the contents of a file. Raises UnreadableError."""
    try:
        if project_files.size(path) > MAX_BYTES:
            raise UnreadableError(f"larger than {MAX_BYTES} bytes", fix=_GENERATED)
        return project_files.read(path)
    except OSError as error:
        raise UnreadableError(error.strerror or "cannot be read", fix=MAKE_READABLE) from None


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file as ast counts them, none if it cannot be read."""
    try:
        stream = BytesIO(project_files.read(path))
        encoding, _ = tokenize.detect_encoding(stream.readline)
        stream.seek(0)
        return TextIOWrapper(stream, encoding).readlines()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return []


def parse(source: bytes) -> ast.Module:
    """Return the tree of a file's contents. Raises UnreadableError."""
    try:
        if not source.isascii():
            _check_encoding(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the audited code's invalid escapes
            return _parse(source)
    except SyntaxError as error:
        if conflict := _CONFLICT.search(source):
            line = source.count(b"\n", 0, conflict.start()) + 1
            fix = "Resolve the conflict: leave one of the two versions, without the markers"
            raise UnreadableError("has an unresolved merge conflict", line, fix=fix) from None
        if b"\0" in source:
            raise _has_nul(source) from None
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        message = f"does not parse as Python {version}: {error.msg}"
        place = error.lineno or 1, max(error.offset or 1, 1)
        fix = TEMPLATE if _is_template(source, place[0]) else ""
        raise UnreadableError(message, *place, fix=fix) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"is not {error.encoding}", line) from None
    except (ValueError, LookupError) as error:
        if b"\0" in source:  # Python until 3.11.3
            raise _has_nul(source) from None
        raise UnreadableError(f"does not parse: {error}") from None
    except (RecursionError, MemoryError):
        raise UnreadableError("is nested too deep") from None


def _is_template(source: bytes, line: int) -> bool:
    """Say whether a file that does not parse is a template, by the line where it fails."""
    lines = source.splitlines()
    failed = lines[line - 1] if line <= len(lines) else b""
    return bool(_JINJA.search(failed) or _COOKIECUTTER.search(source))


def _check_encoding(source: bytes) -> None:
    """Raise SyntaxError or UnicodeDecodeError unless the contents are in their encoding."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
    except SyntaxError:
        source.decode()  # which says where the byte is that it cannot be
        raise
    source.decode(encoding)


def _has_nul(source: bytes) -> UnreadableError:
    line = source.count(b"\n", 0, source.index(b"\0")) + 1
    return UnreadableError("has a NUL character", line, fix="Remove it, or save the file as UTF-8")


def parse_compactly(source: bytes) -> ast.Module:
    """Return the same tree in three quarters of the memory: without the ends of nodes.

    No rule needs them. Most nodes then have five attributes; with a sixth, Python allocates room
    for ten. Nodes of one line share its number, and all share one empty list. This takes half as
    long again as parsing. Raises UnreadableError.
    """
    tree = parse(source)
    numbers = list(range(source.count(b"\n") + source.count(b"\r") + 2))
    for node in descendants(tree):
        known = vars(node).items()
        kept = {k: _EMPTY if value == [] else value for k, value in known if k not in _ENDS}
        if "lineno" in kept:
            kept["lineno"] = numbers[kept["lineno"]]
        node.__dict__ = kept
    return tree


def check(source: bytes) -> None:
    """Raise UnreadableError if a file's contents cannot be parsed, without making a tree.

    The compiler's first pass takes two thirds of the time of `ast.parse`.
    """
    try:
        if source.isascii():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                symtable.symtable(source.decode("ascii"), "", "exec")
                return
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass  # the pass refuses more than the parser does
    parse(source)


def _parse(source: bytes) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        older = _EXCEPT.sub(rb"\1(\2)\3", source)
        if older == source:
            raise
        return ast.parse(older)
