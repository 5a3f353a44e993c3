"""Run what only maintainers need.

usage: maintain.py COMMAND [ARGUMENT ...]
"""

import importlib
import sys
from collections.abc import Sequence

from fastapi_pro.command_line import run_command

COMMANDS = {
    "new-rule": "make the folder of a new rule, with files to fill in",
    "refresh": "regenerate all generated files, or --check them",
    "show": "fill SKILL.md, check it, and show what the assistant will see of it",
    "pack": "pack the skill as a .skill archive",
    "release": "make the tree that users get, in a folder or on a branch",
    "site": "build the site for GitHub Pages",
    "notes": "print the changelog of this version, as the notes of its release",
    "picture": "draw the README's pictures from what the commands print",
    "claims": "check that each sentence of fact has a test or a source",
    "survey": "run the code of other skills, for the README's comparison",
    "compare": "compare the audit with fastapi-therapist and ruff",
    "servers": "start, stop and kill servers, for the table of references/servers.md",
    "evals": "give Claude Code the tasks of evals/, with and without the skill, and grade them",
    "matrix": "run the proofs on several Pythons, with the newest and the oldest libraries",
    "advance": "move the exclude-newer date, up to which the guidance is proven",
}


def main(argv: Sequence[str]) -> int:
    """Run the command that the first argument names, and return its exit code."""
    if not argv or argv[0] not in COMMANDS:
        print((__doc__ or "").rstrip())
        print("\n" + "\n".join(f"  {name:9} {what}" for name, what in COMMANDS.items()))
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    module = importlib.import_module(f"maintain.{argv[0].replace('-', '_')}")
    code: int = module.main(argv[1:])
    return code


def run() -> int:
    """Run as a command."""
    return run_command(lambda: main(sys.argv[1:]), "maintain.py")
