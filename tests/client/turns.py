"""What the stand-in lets the client do, and what of the skill to look for in its requests."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.distribution.checkout import ROOT

SKILLS = ["fastapi-new", "fastapi-pro", "fastapi-review"]
MANUAL = ["fastapi-new", "fastapi-review"]


def _parts(file: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter and the body of a SKILL.md."""
    _, front, body = re.split(r"^---\n", file.read_text(), maxsplit=2, flags=re.MULTILINE)
    return yaml.safe_load(front), body


_FIELDS, BODY = _parts(ROOT / "SKILL.md")
DESCRIPTION = _FIELDS["description"]


def description(skill: str) -> str:
    """Return the description of one of the small skills."""
    return str(_parts(ROOT / "skills" / skill / "SKILL.md")[0]["description"])


def read(file: Path) -> dict[str, Any]:
    """Return the use of Read on a file."""
    return {"name": "Read", "input": {"file_path": str(file)}}


def write(file: Path, content: str = "x = 1\n") -> dict[str, Any]:
    """Return the use of Write on a file."""
    return {"name": "Write", "input": {"file_path": str(file), "content": content}}


def call(skill: str, words: str = "") -> dict[str, Any]:
    """Return the model's call of a skill, with words that a user would write after its name."""
    return {"name": "Skill", "input": {"skill": skill} | ({"args": words} if words else {})}


def run(command: str) -> dict[str, Any]:
    """Return the use of Bash that runs the command."""
    return {"name": "Bash", "input": {"command": command, "description": "as asked"}}


def named_command(request: str) -> dict[str, Any]:
    """Return the use of Bash that runs the first command which the loaded skill names."""
    found = re.findall(r"`(sh \S*/run\.sh [^`]*)`", request)
    return run(found[0])
