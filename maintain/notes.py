"""Print what CHANGELOG.md says of this version: the notes of its release.

usage: maintain.py notes [TAG]

With a TAG, such as v1.2.3, it must be that of the version, and nothing may be left `Unreleased`.
Exits with 0 when the notes are printed, 1 when something is not as it must be for a release, 2 for
wrong use. Needs nothing but the standard library of Python 3.11.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.command_line import parser_of

ROOT = Path(__file__).resolve().parents[1]
_ENTRY = re.compile(r"^## \[(?P<name>[^]]+)\](?: - (?P<day>\d{4}-\d\d-\d\d))?\n", re.MULTILINE)


class ChangelogError(Exception):
    """Why the changelog has no notes of a release, and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print the notes, and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("tag", metavar="TAG", nargs="?", help="the tag of the release")
    tag = parser.parse_args(argv).tag
    try:
        text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        print(notes(text, __version__, tag))
    except (OSError, ChangelogError) as error:
        print(f"maintain.py notes: {error}", file=sys.stderr)
        return 1
    return 0


def notes(changelog: str, version: str, tag: str | None = None) -> str:
    """Return the entry of a version, without its heading. Raises ChangelogError."""
    if tag not in (None, f"v{version}"):
        raise ChangelogError(
            f"the tag is {tag}, but fastapi_pro/__init__.py says {version}; tag v{version}"
        )
    entries = list(_ENTRY.finditer(changelog))
    ends = [entry.start() for entry in entries[1:]] + [len(changelog)]
    texts = {
        e["name"]: changelog[e.end() : end].strip() for e, end in zip(entries, ends, strict=True)
    }
    days = {entry["name"]: entry["day"] for entry in entries}
    if not texts.get(version) or not days[version]:
        raise ChangelogError(
            f"CHANGELOG.md has nothing of {version}; write it below `## [{version}] - YYYY-MM-DD`"
        )
    if tag and texts.get("Unreleased"):
        raise ChangelogError(f"CHANGELOG.md has lines below [Unreleased]; move them to [{version}]")
    return texts[version]
