"""Draw what `fastapi-pro audit` and `new` print, as docs/audit.svg and docs/new.svg.

usage: maintain.py picture [--check]

It runs the commands. It leaves out what differs between runs and machines: the time of the audit,
and the path of this checkout.

Exits with 0, or with 1 when a command fails or (with --check) a picture is out of date.
"""

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fastapi_pro.command_line import parser_of
from maintain.building.atomic import write_all

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WIDTH = 104  # characters
_STYLES = {
    r"^\$ .*$": "bold white",
    r"^\S+?:\d+:\d+(?=:)": "cyan",
    r"(?<=: )[a-z0-9-]+(?= \[)": "bold yellow",
    r"\[(high|medium|low)\]": "red",
    r"^    fix:": "green",
    r"^no findings.*$": "green",
}
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # from another's server


class CommandError(Exception):
    """A command of a picture did not do what it should."""


@dataclass(frozen=True)
class Step:
    """A command line as a reader types it, and the exit code it has."""

    line: str
    code: int = 0


AUDIT = (Step("uvx fastapi-pro audit docs/example", 1),)
NEW = (
    Step("uvx fastapi-pro new shop"),
    Step("ls -Am shop"),
    Step("uvx fastapi-pro audit shop"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is old")
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as folder:
            wanted = {
                DOCS / "audit.svg": draw("audit", record(AUDIT, ROOT)),
                DOCS / "new.svg": draw("new", record(NEW, Path(folder))),
            }
    except CommandError as error:
        print(f"maintain.py picture: {error}", file=sys.stderr)
        return 1
    old = [file for file, svg in wanted.items() if not _is(file, svg)]
    for file in old:
        name = file.relative_to(ROOT).as_posix()
        print(
            f"{name} is not what is printed now: run scripts/maintain.py refresh"
            if args.check
            else name
        )
    if args.check:
        return 1 if old else 0
    for file in old:
        file.touch()
    write_all({file: wanted[file].encode() for file in old})
    return 0


def record(steps: Sequence[Step], folder: Path) -> str:
    """Return the command lines and what they print when run in a folder. Raises CommandError."""
    shown = []
    for step in steps:
        words = shlex.split(step.line)
        if words[0] == "uvx":
            words[:2] = [sys.executable, "-P", str(ROOT / "fastapi_pro" / "__main__.py")]
        done = subprocess.run(
            words,
            cwd=folder, env=os.environ | {"COLUMNS": str(WIDTH), "LC_ALL": "C"},
            text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != step.code:
            raise CommandError(f"{step.line!a} exits with {done.returncode}: {done.stdout}")
        shown.append(f"$ {step.line}\n{done.stdout.rstrip()}")
    text = "\n\n".join(shown).replace(str(ROOT), "fastapi-pro")
    return re.sub(r"; \d+\.\d s$", "", text, flags=re.MULTILINE)


def draw(name: str, text: str) -> str:
    """Return a terminal with a text as SVG; `name` tells its styles from another picture's."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    coloured = Text(text)
    for pattern, style in _STYLES.items():
        coloured.highlight_regex(re.compile(pattern, re.MULTILINE), style)
    console.print(coloured)
    return _FONT.sub("", console.export_svg(title="fastapi-pro", unique_id=name))


def _is(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text
