"""validate.py --try: which glob opens the gate for a file, or why none does."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_pro.cli import validate
from fastapi_pro.validating.gate import suggest
from fastapi_pro.validating.globs import matching_pattern
from tests.validation.demo_skill import GOOD, skill


def tried(
    front: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[bool, str | None, str]:
    """Return the answer to --try for one file in a skill with this front matter."""
    validate.main([str(skill(tmp_path, front)), "--format", "json", "--try", file])
    (answer,) = json.loads(capsys.readouterr().out)["tried"]
    return answer["opens"], answer["glob"], answer["why"]


THREE = 'paths: ["**/*.py", "**/requirements*.txt", "**/pyproject.toml"]'

TRIES = [
    (THREE, "app/main.py", True, "**/*.py", "line 4"),
    (THREE, "requirements/dev.txt", False, None, '"**/requirements/*.txt" would match'),
    (THREE, "package.json", False, None, '"**/package.json" would match'),
    (THREE, "../x.py", False, None, "relative to the project folder"),
    (THREE, ".", False, None, "relative to the project folder"),
    ("paths: '**/*.py, **/pyproject.toml'", "pyproject.toml", True, "**/pyproject.toml", ""),
    ("paths: ['/*.py']", "app/main.py", False, None, "does not match in deeper folders"),
    ("paths: ['/app//*.py']", "app/main.py", False, None, "can never match"),
    ("paths: ['**/*.{py,toml}']", "app/main.py", True, "**/*.{py,toml}", ""),
    ("paths: ['*.py', '!**/main.py']", "app/main.py", False, "!**/main.py", "excludes it"),
    ("paths: []", "app/main.py", True, None, "always listed"),
    ("license: MIT", "app/main.py", True, None, "always listed"),
    ("disable-model-invocation: true", "main.py", False, None, "only /name calls it"),
    ("metadata:\n  a: b: c", "main.py", True, None, "without its fields, which the client drops"),
    ("description2: a: b", "main.py", True, None, "always listed"),
    ("paths: **/*.SQL", "db/x.sql", True, "**/*.SQL", "line 4"),
    ("paths: ['**/*.a, **/*.b']", "x.b", True, "**/*.b", "line 4"),
    ("paths: '**'", "x.b", True, None, "always listed"),
    ("paths: '[!x].sql'", "y.sql", False, None, "reads ! as a character"),
    ("user-invocable:", "x.b", True, None, "/name does not find it"),
    (f"paths: '{'{a,b}' * 10}'", "x.b", False, None, "more than 1,000 patterns"),
    ("user-invocable: false\ndisable-model-invocation: true", "x.b", False, None, "nobody"),
]


@pytest.mark.parametrize("case", TRIES)
def test_try_says_which_glob_opens_the_gate_or_why_none_does(
    case: tuple[str, str, bool, str | None, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The question "Why does my skill not load?" is answered for any file."""
    line, file, opens, glob, why = case
    answer = tried(f"{GOOD}\n{line}", file, tmp_path, capsys)
    assert answer[:2] == (opens, glob)
    assert why in answer[2]


def test_try_takes_an_absolute_path_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project folder is where the command runs."""
    monkeypatch.chdir(tmp_path)
    assert tried(f"{GOOD}\npaths: ['/app/*.py']", f"{tmp_path}/app/x.py", tmp_path, capsys)[0]


@pytest.mark.slow
@given(st.from_regex(r"[a-z\[\]{}*?!# ,.é]{1,8}(/[a-z\[\]{}*?!# ,.é]{1,8}){0,2}", fullmatch=True))
def test_the_glob_that_try_suggests_does_match(path: str) -> None:
    """Whatever the file is called, the advice is right."""
    parts = path.split("/")
    if "." not in parts and ".." not in parts and path == path.strip():
        assert matching_pattern([suggest(path)], path)[1]


def test_try_tells_what_opens_a_gate_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The most common cause is no glob: files read by Bash do not count."""
    file = skill(tmp_path, f"{GOOD}\n{THREE}")
    assert validate.main([str(file), "--try", "a.py", "b.txt"]) == 0
    out = capsys.readouterr().out
    assert 'a.py: listed: "**/*.py" (line 4) matches' in out
    assert "b.txt: not listed: no glob matches" in out
    assert "not after Bash (cat), Glob or Grep" in out
