"""validate.py on the globs of `paths`."""

from pathlib import Path

import pytest

from tests.validation.demo_skill import GOOD, found, skill, told

GLOBS = [
    ("paths: 3", "warning", ("wrong-type", 4, 8)),
    ("paths: {a: b}", "warning", ("wrong-type", 4, 8)),
    ("paths: []", "warning", ("empty-paths", 4, 8)),
    ("paths: ''", "warning", ("empty-paths", 4, 8)),
    ("paths: ['**/*.py', 3]", "warning", ("wrong-type", 4, 20)),
    ("paths: ['**/*.py', '/app//*.py']", "error", ("dead-glob", 4, 20)),
    ("paths:\n  - '*.py'\n  - ./**/*.txt", "error", ("dead-glob", 6, 5)),
    ("paths: '*.md, ./a, **/*.py'", "error", ("dead-glob", 4, 15)),
    ("paths: ['a[b']", "error", ("dead-glob", 4, 9)),
    ("paths: ['']", "warning", ("empty-paths", 4, 8)),
    ("paths: ['*.{py,/x//}']", "error", ("dead-glob", 4, 9)),
    ("paths: ['" + "{a,b}" * 10 + "']", "error", ("too-many-patterns", 4, 9)),
    ("paths: ['!*.py', '!*.txt']", "error", ("only-negations", 4, 9)),
    ("paths: ['**/*.md', /*.py]", "warning", ("anchored-glob", 4, 20)),
    ("paths: ['[!a].py']", "error", ("negated-bracket", 4, 9)),
    ("paths: ['**']", "warning", ("matches-everything", 4, 9)),
    ("paths: ['**/*.py', '**/main.py']", "warning", ("redundant-glob", 4, 20)),
    ("paths: ['/main.py', '**/main.py']", "warning", ("redundant-glob", 4, 9)),
    ("paths: '**/*.py, **/*.py'", "warning", ("redundant-glob", 4, 9)),
    ("paths: ['**/*.{py,md}', '**/{a,b}.py']", "warning", ("redundant-glob", 4, 25)),
]


@pytest.mark.parametrize(("line", "level", "expected"), GLOBS)
def test_a_bad_glob_is_told_at_its_place(
    tmp_path: Path, line: str, level: str, expected: tuple[str, int, int]
) -> None:
    """Dead globs are errors; anchored, redundant and boundless ones are warnings."""
    assert expected in told(found(skill(tmp_path, f"{GOOD}\n{line}")), level)


def test_the_lost_globs_of_the_seed_are_all_told(tmp_path: Path) -> None:
    """One can never match, four match in the project folder only, one of these needlessly."""
    globs = '"/*.py", "/requirements*.txt", "/pyproject.toml", "/main.py", "/app//*.py"'
    codes = [f.code for f in found(skill(tmp_path, f"{GOOD}\npaths: [{globs}]"))]
    assert sorted(codes) == sorted(
        ["anchored-glob"] * 4 + ["dead-glob", "redundant-glob", "not-portable"]
    )


def test_good_globs_are_not_told(tmp_path: Path) -> None:
    """The three globs of this project give no finding but the field's portability."""
    line = 'paths: ["**/*.py", "**/requirements*.txt", "**/pyproject.toml"]'
    assert [f.code for f in found(skill(tmp_path, f"{GOOD}\n{line}"))] == ["not-portable"]


def test_a_glob_that_a_negation_needs_is_not_called_redundant(tmp_path: Path) -> None:
    """With a negation in between, a covered glob opens again what was closed."""
    line = "paths: ['**/*.py', '!**/test_*.py', '**/test_main.py']"
    assert "redundant-glob" not in [f.code for f in found(skill(tmp_path, f"{GOOD}\n{line}"))]


def test_a_redundant_glob_names_the_one_that_covers_it(tmp_path: Path) -> None:
    """The message says by which glob, so that the reader can check it."""
    line = "paths: ['**/*.py', '**/app/**/*.py']"
    messages = [f.message for f in found(skill(tmp_path, f"{GOOD}\n{line}"))]
    assert '"**/app/**/*.py" is redundant: "**/*.py" matches all files that it matches' in messages
