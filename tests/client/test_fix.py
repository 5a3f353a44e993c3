"""What validate.py --fix has written, asked of the real client in one start."""

from pathlib import Path

import pytest

from fastapi_pro.validating.check import Options
from fastapi_pro.validating.mending.files import mend_skill
from tests.client.npm_clients import Clients
from tests.client.turns import call, read

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

READ = {
    "colon": ("Use when: x", "Use when: x"),
    "item": ("d\nmetadata:\n  a: b: c", "d"),
    "lines": ("a: b\n  and on", "a: b and on"),
    "apostrophe": ("'it's fine'", "it's fine"),
    "nested-quotes": ('"say "hi" now"', 'say "hi" now'),
    "backslashes": ('"C:\\Users \\d+"', "C:\\Users \\d+"),
    "half-quoted": ('"a" and: b', '"a" and: b'),
    "channel": ("ask in #channel", "ask in #channel"),
    "anchor": ("&word and", "&word and"),
}
"""Names of skills, the descriptions in the file, and what their authors meant."""

GATES = {
    "dot": "['./**/*.py']",
    "windows": "['src\\app\\*.py']",
    "space": "'**/*.py **/*.md'",
    "two-quoted": '"**/*.py", "**/*.ts"',
    "quoted": "'\"**/*.py\"'",
    "extended": "['**/*.@(py|md)']",
    "range": "['src/app/x{1..3}.py']",
}
BODY = "It costs $0.10.\n\n```sh\nawk '{print $1}'\n```\n\n```\n$ARGUMENTS\n```"


def test_the_client_reads_what_was_mended_as_its_author_meant_it(
    clients: Clients, tmp_path: Path
) -> None:
    """Descriptions are listed, gates open, and nothing of a fence is replaced."""
    project = tmp_path / "project"
    file = project / "src" / "app" / "x2.py"
    file.parent.mkdir(parents=True)
    file.write_text("x = 1\n")
    for name, (description, _) in READ.items():
        _mended(project, name, f"description: {description}")
    for name, globs in GATES.items():
        _mended(project, name, f"description: GATE\npaths: {globs}")
    _mended(project, "body", "description: d", BODY + "\n")
    before, after, loaded = clients.talk(
        "hello", project, read(file), call("body", "alpha beta"), approved=["Skill"]
    )
    for name, (_, meant) in READ.items():
        assert f"- {name}: {meant}\n" in before
    assert {name for name in GATES if f"- {name}: GATE" in after} == set(GATES)
    assert "GATE" not in before
    assert BODY in loaded


def _mended(project: Path, name: str, front: str, body: str = "Text.\n") -> None:
    file = project / ".claude" / "skills" / name / "SKILL.md"
    file.parent.mkdir(parents=True)
    file.write_text(f"---\n{front}\n---\n{body}")
    mending = mend_skill(file, name, Options())
    assert mending is not None, name
    mending.write()
