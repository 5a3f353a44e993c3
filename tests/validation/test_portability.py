"""validate.py on what the client bears and the open standard does not."""

from pathlib import Path

import fastapi
import pytest

from fastapi_pro.cli import validate
from fastapi_pro.validating.check import Options
from tests.validation.demo_skill import GOOD, found, skill, told

WARNINGS = [
    ("type: reference", ("unknown-key", 4, 1), "move it under `metadata`"),
    ("allowed_tools: Read", ("unknown-key", 4, 1), "write `allowed-tools`"),
    ("when-to-use: x", ("unknown-key", 4, 1), "write `when_to_use`"),
    ("globs: x", ("unknown-key", 4, 1), "write `paths`"),
    ("allowed-tools: Read, Bash", ("bare-bash", 4, 16), "add a pattern"),
    ("allowed-tools: Bash(*)", ("bare-bash", 4, 16), "add a pattern"),
    ("effort:", ("empty-value", 4, 1), "give it a value"),
    ("effort: high", ("not-portable", 4, 1), "use the skill only in Claude Code"),
    ("metadata: {version: 1.0}", ("not-portable", 4, 1), "use the skill only in Claude Code"),
]


@pytest.mark.parametrize(("line", "expected", "fix"), WARNINGS)
def test_what_the_client_bears_is_a_warning(
    tmp_path: Path, line: str, expected: tuple[str, int, int], fix: str
) -> None:
    """Unknown keys, a bare Bash, empty and unportable fields are told with what to write."""
    findings = found(skill(tmp_path, f"{GOOD}\n{line}"))
    level = "not-portable" if expected[0] == "not-portable" else "warning"
    assert (told(findings), told(findings, level)) == ([], [expected])
    assert fix in findings[0].fix


def test_a_name_without_value_counts_as_absent(tmp_path: Path) -> None:
    """The client needs no name; the open standard does."""
    for line, code in (("name:", "empty-value"), ("", "not-portable")):
        findings = found(skill(tmp_path, f"description: d\n{line}"))
        assert told(findings) == []
        assert code in [f.code for f in findings]


def test_a_skill_of_the_open_standard_has_no_finding(tmp_path: Path) -> None:
    """The six fields, used as the standard says, pass its strict reading."""
    rest = "license: MIT\ncompatibility: any\nmetadata: {a: b}\nallowed-tools: Read Grep"
    assert found(skill(tmp_path, f"{GOOD}\n{rest}"), Options(strict_spec=True)) == []


def test_strict_spec_makes_each_foreign_field_an_error(tmp_path: Path) -> None:
    """One warning for the file becomes one error for each field."""
    file = skill(tmp_path, f"{GOOD}\neffort: high\npaths: '**/*.py'\nallowed-tools: [Read]\nfoo: x")
    assert [code for code, _, _ in told(found(file), "not-portable")] == ["not-portable"]
    strict = told(found(file, Options(strict_spec=True)))
    assert strict == [("not-portable", line, 1) for line in (4, 5, 6, 7)]


def test_the_official_fastapi_skill_has_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A skill that is right is found right."""
    folder = Path(fastapi.__file__).parent / ".agents" / "skills"
    assert validate.main([str(folder)]) == 0
    assert capsys.readouterr().out == ""
