"""maintain.py claims: a sentence of a rule may be shown by a program of its cases."""

from pathlib import Path

import pytest

from maintain.claims import problems_of

CASES = """
FOUND = {"in a router": "..."}
FOUND["in a class, twice"] = "..."
LOOK_ALIKES = {"another path": "..."}
"""


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    """The text of a rule, of one sentence."""
    (tmp_path / "cases.py").write_text(CASES)
    rule = tmp_path / "rule.md"
    rule.write_text("**Not when.** The path is another.\n")
    return rule


@pytest.mark.parametrize("name", ["in-a-router", "in-a-class,-twice", "another-path"])
def test_a_program_is_named_with_hyphens_for_spaces(rule: Path, name: str) -> None:
    rule.with_name("claims.txt").write_text(f"The path <- cases.py::{name}\n")
    assert problems_of(rule) == []


@pytest.mark.parametrize("name", ["::in-a-loop", "::", ""])
def test_a_program_that_is_not_there_is_told(rule: Path, name: str) -> None:
    rule.with_name("claims.txt").write_text(f"The path <- cases.py{name}\n")
    (problem,) = problems_of(rule)
    name = name.removeprefix("::")
    assert problem == (
        f"claims.txt:1: cases.py has no program '{name}'; write a name as in-a-router"
    )
