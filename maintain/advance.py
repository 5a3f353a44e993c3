"""Move the date until which the guidance is proven, and the versions that SKILL.md names for it.

usage: maintain.py advance [DATE]        (default: today, in UTC)

Writes `exclude-newer` in pyproject.toml, and in SKILL.md the date and the versions that uv finds
for it. The tests then show whether a package published since then breaks anything.

Exits with 0 when both files are written or there is nothing to move, 1 when they cannot be, 2 for
wrong use.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from fastapi_pro.command_line import parser_of
from maintain.building.atomic import write_all

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = ROOT / "pyproject.toml"
SKILL = ROOT / "SKILL.md"
_LIMIT = re.compile(r'(?<=^exclude-newer = ")(\d{4}-\d\d-\d\d)(?=T00:00:00Z"$)', re.MULTILINE)
_PROVEN = re.compile(
    r"^Proven on \d{4}-\d\d-\d\d with (?P<packages>[^;\n]+?) on Python", re.MULTILINE
)
_PACKAGE = re.compile(r"([\w-]+) \d+\.\d+")

_HELP_LIMIT = 'write exclude-newer = "YYYY-MM-DDT00:00:00Z" in [tool.uv]'
_HELP_PROVEN = "write a line `Proven on YYYY-MM-DD with PACKAGE X.Y, PACKAGE X.Y on Python ...`"


class AdvanceError(Exception):
    """The date cannot be moved; the message says why, and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print what it moved, and return the exit code."""
    day = _arguments(argv)
    try:
        old = {file: _read(file) for file in (PYPROJECT, SKILL)}
        last = proven_until(old[PYPROJECT], PYPROJECT)
        new = moved(old, last, day)
        write_all({file: text.encode() for file, text in new.items() if text != old[file]})
    except AdvanceError as error:
        print(f"maintain.py advance: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"maintain.py advance: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{last} -> {day}" if new != old else f"{day}: nothing to move")
    return 0


def proven_until(text: str, file: Path) -> date:
    """Return the date in the text of pyproject.toml. Raises AdvanceError."""
    found = _one(_LIMIT, text, file, _HELP_LIMIT)[1]
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise AdvanceError(f"{file}: {found}: {error}; {_HELP_LIMIT}") from None


def moved(old: Mapping[Path, str], last: date, day: date) -> dict[Path, str]:
    """Return the texts of both files for a day that is not before the last. Raises AdvanceError."""
    if day < last:
        raise AdvanceError(f"{day} is before {last}, to which it is proven; name a later date")
    versions = resolve(PYPROJECT, day)
    return {
        PYPROJECT: _LIMIT.sub(f"{day}", old[PYPROJECT]),
        SKILL: with_versions(old[SKILL], SKILL, day, versions),
    }


def resolve(pyproject: Path, day: date) -> dict[str, str]:
    """Return the newest versions, by package, that were published before a day.

    Nothing is installed, and nothing built, so no code of a package runs. Raises AdvanceError.
    """
    command = [
        "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-build",
        "--python-version", "3.11", "--exclude-newer", f"{day}T00:00:00Z",
        "--group", f"{pyproject}:service",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise AdvanceError("uv is not there; pip install uv") from None
    if done.returncode:
        raise AdvanceError(f"uv finds no versions for {day}: {done.stderr.strip()}")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", done.stdout, re.MULTILINE))


def with_versions(text: str, file: Path, day: date, versions: Mapping[str, str]) -> str:
    """Return SKILL.md with the day, and the first two numbers of each version that it names."""
    match = _one(_PROVEN, text, file, _HELP_PROVEN)

    def newest(named: re.Match[str]) -> str:
        if named[1] not in versions:
            message = f"{file}: {named[1]} is not among the dependencies; leave it out"
            raise AdvanceError(message)
        return f"{named[1]} {'.'.join(versions[named[1]].split('.')[:2])}"

    line = f"Proven on {day} with {_PACKAGE.sub(newest, match['packages'])} on Python"
    return text[: match.start()] + line + text[match.end() :]


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise AdvanceError(f"{file}: not UTF-8; save it as UTF-8") from None


def _one(pattern: re.Pattern[str], text: str, file: Path, fix: str) -> re.Match[str]:
    """Return the one match in a file's text. Raises AdvanceError."""
    matches = list(pattern.finditer(text))
    if len(matches) != 1:
        raise AdvanceError(f"{file}: {len(matches)} such lines where one is needed; {fix}")
    return matches[0]


def _arguments(argv: Sequence[str] | None) -> date:
    parser = parser_of(__doc__)
    today = datetime.now(UTC).date()
    parser.add_argument("day", nargs="?", metavar="DATE", type=_day, default=today)
    return parser.parse_args(argv).day  # type: ignore[no-any-return]


def _day(text: str) -> date:
    today = datetime.now(UTC).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!a} is no date; write YYYY-MM-DD") from None
    if day > today:
        raise argparse.ArgumentTypeError(f"{day} is to come; write {today} or an earlier day")
    return day
