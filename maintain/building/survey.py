"""The part of a page that is made from docs/survey.json: a skill a row, and their topics.

It stands between the lines `<!-- survey -->` and `<!-- end -->`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from maintain.building.parts import expand_parts
from maintain.building.refusal import refused

RESULT = "docs/survey.json"
_HEAD = ("Skill", "Python blocks", "compile", "run", "topics", "tokens: SKILL.md", "all pages")


def expand_survey(name: str, text: str, root: Path) -> str:
    """Return the page with its tables made anew. Raises RefusedError, and OSError."""
    return expand_parts(name, text, "survey", "bad-survey", lambda *_: _part(root))


def _part(root: Path) -> str:
    try:
        survey = json.loads((root / RESULT).read_bytes())
        return _tables(survey["topics"], list(survey["skills"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{type(error).__name__}: {error}"
        fix = "write it with scripts/maintain.py survey --write"
        raise refused("bad-survey", message, fix, RESULT) from error


def _tables(topics: Sequence[str], skills: Sequence[Mapping[str, Any]]) -> str:
    dates = sorted({skill["date"] for skill in skills})
    versions = sorted({skill["packages"]["fastapi"] for skill in skills})
    told = f"Measured {' and '.join(dates)}, with FastAPI {' and '.join(versions)}."
    rows = [_row(skill, len(topics)) for skill in skills]
    shown = [
        _cells([topic, *("x" if topic in skill["topics"] else "" for skill in skills)])
        for topic in topics
    ]
    return "\n".join(
        [
            told,
            "",
            _cells(_HEAD),
            _cells(["---", *["---:"] * (len(_HEAD) - 1)]),
            *rows,
            "",
            "<details>",
            f"<summary>The {len(topics)} topics, and who shows code for them</summary>",
            "",
            _cells(["Topic", *(skill["title"] for skill in skills)]),
            _cells(["---", *[":---:"] * len(skills)]),
            *shown,
            "",
            "</details>",
        ]
    )


def _row(skill: Mapping[str, Any], topics: int) -> str:
    title = skill["title"]
    if "repository" in skill:
        title = f"[{title}]({skill['repository']}/tree/{skill['commit']}/{skill['path']})"
    elif "version" in skill:
        title = f"{title}, wheel {skill['version']}"
    counts = [str(skill[key]) for key in ("blocks", "compile", "run")]
    tokens = [f"{skill[key] / 1000:.1f}k" for key in ("tokens", "tokens_all")]
    return _cells([title, *counts, f"{len(skill['topics'])} of {topics}", *tokens])


def _cells(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"
