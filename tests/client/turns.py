"""What the stand-in lets the client do, and what of the skill to look for in its requests."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.distribution.checkout import ROOT

SKILLS = ["fastapi-new", "fastapi-pro", "fastapi-review"]
_, _FRONT, BODY = re.split(
    r"^---\n", (ROOT / "SKILL.md").read_text(), maxsplit=2, flags=re.MULTILINE
)
DESCRIPTION = yaml.safe_load(_FRONT)["description"]


def read(file: Path) -> dict[str, Any]:
    """Return the use of Read on a file."""
    return {"name": "Read", "input": {"file_path": str(file)}}


def write(file: Path, content: str = "x = 1\n") -> dict[str, Any]:
    """Return the use of Write on a file."""
    return {"name": "Write", "input": {"file_path": str(file), "content": content}}


def call(skill: str) -> dict[str, Any]:
    """Return the model's call of a skill."""
    return {"name": "Skill", "input": {"skill": skill}}


def named_command(request: str) -> dict[str, Any]:
    """Return the use of Bash that runs the first command which the loaded skill names."""
    found = re.findall(r"`(sh \S*/run\.sh [^`]*)`", request)
    return {"name": "Bash", "input": {"command": found[0], "description": "as the skill says"}}
