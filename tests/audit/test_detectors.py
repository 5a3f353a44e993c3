"""Each detector: its rule's bad and good code, spellings that mean the same, and look-alikes.

`cases.py` of a rule holds BAD, the lines of bad.py that are found; FOUND, programs in which the
lines ending in `# !` are found and no other; and LOOK_ALIKES, in which nothing is found. BESIDES,
where it is there, names the other rules that bad.py breaks, as it cannot be written without.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fastapi_pro.auditing.detectors import detectors
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting import suppressions
from fastapi_pro.auditing.reporting.catalogue import UNUSED_IGNORE
from fastapi_pro.auditing.runner import run
from fastapi_pro.auditing.sources.walk import display
from fastapi_pro.paths import ROOT, RULES
from fastapi_pro.rulebook import example, folder_name, rule_folders, slug_of
from tests.audit.programs import audit, marked
from tests.support.files import load

CASES = sorted(RULES.glob("*/cases.py"))
# A rule that no detector sees has its other half in one that is seen.
UNSEEN_BESIDES = {"gunicorn-timeout": {"blocking-call-in-async"}}


def _reported(files: list[Path], root: Path) -> list[Finding]:
    """Return what is found in files and no comment of theirs ignores."""
    found = [replace(f, path=display(Path(f.path), root)) for f in run(files, root, 1)]
    known = {*detectors(), UNUSED_IGNORE}
    return suppressions.apply(found, suppressions.marked(files, root), known, known)


TABLES = {slug_of(path.parent): load(path) for path in CASES}
PLURAL_OF_ONE = re.compile(
    r"(?<!line )\b1 (?:(?:more|other) )?(?!is\b|was\b|has\b|class\b)[a-z]+s\b"
)
SLUGS = [slug_of(path) for path in rule_folders(RULES)]
FOUND = [(slug, name) for slug, table in TABLES.items() for name in table.FOUND]
LOOK_ALIKES = [(slug, name) for slug, table in TABLES.items() for name in table.LOOK_ALIKES]


def test_every_detector_has_tables() -> None:
    assert set(TABLES) == set(detectors())


@pytest.mark.parametrize("slug", TABLES)
def test_the_tables_hold_five_spellings_and_five_look_alikes(slug: str) -> None:
    assert len(TABLES[slug].FOUND) >= 5
    assert len(TABLES[slug].LOOK_ALIKES) >= 5


@pytest.mark.parametrize("rule", SLUGS)
def test_bad_code_shows_its_own_rule_and_no_other(rule: str) -> None:
    bad = example(RULES / folder_name(rule), "bad")
    found = _reported([bad], ROOT)
    lines = bad.read_text(encoding="utf-8").splitlines()
    expected = TABLES[rule].BAD if rule in TABLES else []
    assert [lines[f.line - 1].strip() for f in found if f.slug == rule] == expected
    besides = getattr(TABLES.get(rule), "BESIDES", UNSEEN_BESIDES.get(rule, set()))
    assert {f.slug for f in found} - {rule} == besides


@pytest.mark.parametrize("rule", SLUGS)
def test_good_code_shows_nothing(rule: str) -> None:
    assert _reported([example(RULES / folder_name(rule), "good")], ROOT) == []


@pytest.mark.parametrize(("slug", "name"), FOUND)
def test_spellings_that_mean_the_same_are_found(slug: str, name: str, tmp_path: Path) -> None:
    source = TABLES[slug].FOUND[name]
    findings = [f for f in audit(tmp_path, source) if f.slug == slug]
    found = {(f.path, f.line) for f in findings}
    assert not [f.message for f in findings if PLURAL_OF_ONE.search(f.message)]
    expected = marked(source)
    assert expected, "no line ends in # !"
    assert found == expected


@pytest.mark.parametrize(("slug", "name"), LOOK_ALIKES)
def test_look_alikes_are_not_found(slug: str, name: str, tmp_path: Path) -> None:
    found = audit(tmp_path, TABLES[slug].LOOK_ALIKES[name])
    assert [f for f in found if f.slug in (slug, "unreadable")] == []


def test_the_service_shows_nothing() -> None:
    folder = ROOT / "snippets"
    files = [*(folder / "app").rglob("*.py"), *(folder / "tests").rglob("*.py")]
    assert _reported(sorted(files), folder) == []
