"""The version is said in one place, and wherever else it stands it is the same."""

import re

import pytest

from fastapi_pro import __version__
from fastapi_pro.auditing.reporting.catalogue import catalogue
from fastapi_pro.auditing.reporting.sarif import as_sarif
from maintain.notes import ChangelogError, main, notes

CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.1.0] - 2026-11-29

### Added

- More.

## [1.0.0] - 2026-11-28

- Something.

## [0.9.0]

- Without a day.

## [0.8.0] - 2026-01-01
"""


def test_the_version_is_a_release_of_semantic_versioning() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_sarif_says_it() -> None:
    [run] = as_sarif([], catalogue())["runs"]
    assert run["tool"]["driver"]["version"] == __version__


def test_the_changelog_has_an_entry_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("### Added")


def test_the_notes_are_the_entry_without_its_heading() -> None:
    assert notes(CHANGELOG, "1.1.0", "v1.1.0") == "### Added\n\n- More."
    assert notes(CHANGELOG, "1.0.0") == "- Something."


@pytest.mark.parametrize(
    ("version", "tag", "said"),
    [
        ("1.1.0", "v1.0.0", "the tag is v1.0.0, but fastapi_pro/__init__.py says 1.1.0"),
        ("1.1.0", "1.1.0", "tag v1.1.0"),
        ("2.0.0", None, "nothing of 2.0.0; write it below `## [2.0.0] - YYYY-MM-DD`"),
        ("0.9.0", None, "nothing of 0.9.0"),
        ("0.8.0", None, "nothing of 0.8.0"),
    ],
)
def test_what_is_no_release_is_told(version: str, tag: str | None, said: str) -> None:
    with pytest.raises(ChangelogError, match=re.escape(said)):
        notes(CHANGELOG, version, tag)


def test_at_a_tag_nothing_is_left_unreleased() -> None:
    changelog = CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n- Waits.\n")
    assert notes(changelog, "1.1.0")
    with pytest.raises(ChangelogError, match=r"lines below \[Unreleased\]; move them to \[1.1.0\]"):
        notes(changelog, "1.1.0", "v1.1.0")
