"""The baseline: a JSON file with findings of old code, which are not reported.

An entry is a path, a slug, the text of the line and a count: line numbers would change. Paths are
relative to the folder of the file.
"""

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.lines import Lines
from fastapi_pro.whole_files import replace_file

_AGAIN = "rewrite it with --write-baseline"


class Entry(NamedTuple):
    """What findings with the same line of text in the same file have in common."""

    path: str
    slug: str
    text: str


class BaselineError(Exception):
    """A file that is not a baseline: the message says which, and where."""


def read(file: Path) -> Counter[Entry]:
    """Return how often each entry is known. Raises BaselineError."""
    try:
        items = json.loads(file.read_bytes().decode())
    except FileNotFoundError:
        message = f"{file}: no such file; write it with --write-baseline"
        raise BaselineError(message) from None
    except OSError as error:
        raise BaselineError(f"{file}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise BaselineError(f"{file}:{error.lineno}: not JSON: {error.msg}; {_AGAIN}") from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise BaselineError(f"{file}:1: not JSON; {_AGAIN}") from None
    known: Counter[Entry] = Counter()
    for number, item in enumerate(items if isinstance(items, list) else [items], start=1):
        if not _is_entry(item):
            expected = "path, slug and text, and a count above 0"
            raise BaselineError(f"{file}: entry {number} is not {expected}; {_AGAIN}")
        known[Entry(item["path"], item["slug"], item["text"])] += item["count"]
    return known


def write(file: Path, findings: Iterable[Finding], root: Path) -> None:
    """Replace the file as a whole by one with `findings`. Raises OSError.

    Their paths are absolute or relative to `root`.
    """
    counts = Counter(entry for _, entry in _entries(findings, file.resolve(), root))
    items = [{**entry._asdict(), "count": counts[entry]} for entry in sorted(counts)]
    replace_file(file, f"{json.dumps(items, indent=2)}\n".encode())


def apply(
    findings: Iterable[Finding], known: Counter[Entry], file: Path, root: Path
) -> tuple[list[Finding], Counter[Entry]]:
    """Return the new findings, and the entries of `known` that were not found in `file`."""
    left = Counter(known)
    new = []
    for finding, entry in _entries(sorted(findings), file.resolve(), root):
        if left[entry] > 0:
            left[entry] -= 1
        else:
            new.append(finding)
    return new, +left


def count_fixed(
    left: Counter[Entry], files: Iterable[Path], active: Collection[str], file: Path
) -> int:
    """Return how many entries are fixed: their files were read, or no longer exist."""
    folder = file.resolve().parent
    seen = {_relative(path, folder) for path in files}
    return sum(
        entry.slug in active and (entry.path in seen or not (folder / entry.path).exists())
        for entry in left
    )


def _is_entry(item: object) -> bool:
    if not isinstance(item, dict) or set(item) != {"path", "slug", "text", "count"}:
        return False
    texts = all(isinstance(item[key], str) for key in Entry._fields)
    return texts and type(item["count"]) is int and item["count"] > 0


def _entries(
    findings: Iterable[Finding], file: Path, root: Path
) -> Iterable[tuple[Finding, Entry]]:
    """Yield each finding with its entry."""
    lines = Lines()
    for finding in findings:
        path = root / finding.path
        text = lines.text(path, finding.line)
        yield finding, Entry(_relative(path, file.parent), finding.slug, text)


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
