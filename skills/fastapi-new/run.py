"""Run a command of the main skill, fastapi-pro: start a project, audit a code base, show a rule.

usage: run.py {new,audit,rules} [ARGUMENT ...]

The first line of the output names the SKILL.md of the main skill. Exits as the command does, or
with 2 where the main skill is missing. Needs nothing but the standard library of Python 3.11.
"""

from __future__ import annotations  # an older Python gets as far as the command's own words

import subprocess
import sys
from pathlib import Path

COMMANDS = ("new", "audit", "rules")


def main(arguments: list[str]) -> int:
    """Run the command that the first argument names, and return its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print((__doc__ or "").split("\n\n")[1], file=sys.stderr)
        return 2
    here = Path(__file__).resolve().parent
    places = (here.parent / "fastapi-pro", here.parent.parent)  # beside it, or in a plugin
    for main_skill in places:
        command = main_skill / "scripts" / f"{arguments[0]}.py"
        if command.is_file():
            print(f"main skill: {main_skill / 'SKILL.md'}", flush=True)
            return subprocess.run([sys.executable, command, *arguments[1:]], check=False).returncode
    print(f"run.py: the skill fastapi-pro is not in {places[0]}; install it, too", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
