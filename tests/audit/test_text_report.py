"""The report for people: its order, what is told as one, and its summary."""

import pytest

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import Entry
from fastapi_pro.auditing.reporting.folding import fold
from fastapi_pro.auditing.reporting.report import FORMATS, render
from fastapi_pro.auditing.reporting.text import Scope
from fastapi_pro.rulebook import CONSEQUENCES

ENTRIES = {
    name: Entry(name, "high", f"{name} title", f"{name} fix", "text", consequence=name)
    for name in CONSEQUENCES
} | {"hidden": Entry("hidden", "high", "t", "f", "text", unseen="why", ask="What then?")}


def told(*findings: Finding, unfolded: bool = False) -> list[str]:
    """Return the lines that name a place."""
    text = render(findings, ENTRIES, "text", unfolded=unfolded)
    return [line for line in text.split("\n") if ".py:" in line and not line.startswith(" ")]


def places(*findings: Finding) -> list[str]:
    """Return the lines that name the other places of what is told as one."""
    text = render(findings, ENTRIES, "text")
    return [line.strip() for line in text.split("\n") if " places" in line]


def test_what_breaks_comes_first_then_strangers_then_load_and_by_place_within() -> None:
    findings = [
        Finding(path, 1, 1, slug, f"{slug} in {path}")
        for path, slug in [
            ("a.py", "rest"),
            ("b.py", "load"),
            ("c.py", "stranger"),
            ("d.py", "breaks"),
            ("b.py", "breaks"),
        ]
    ]
    order = [line.split(":")[0] for line in told(*findings)]
    assert order == ["b.py", "d.py", "c.py", "b.py", "a.py"]


def test_of_one_consequence_the_severest_comes_first() -> None:
    findings = [
        Finding(path, 1, 1, "breaks", f"{severity} in {path}", severity=severity)
        for path, severity in [("a.py", "medium"), ("c.py", ""), ("b.py", "high")]
    ]
    for unfolded in (False, True):
        order = [line.split(":")[0] for line in told(*findings, unfolded=unfolded)]
        assert order == ["b.py", "c.py", "a.py"]


def test_each_consequence_that_is_there_has_its_heading() -> None:
    findings = [Finding("a.py", 1, 1, slug, "m") for slug in ("load", "breaks")]
    parts = render(findings, ENTRIES, "text").split("\n\n")
    headings = [part.split("\n")[0].lower() for part in parts]
    assert headings == [CONSEQUENCES["breaks"], CONSEQUENCES["load"]]


def test_what_matters_little_here_is_with_the_rest_whatever_its_rule() -> None:
    low = Finding("a.py", 1, 1, "breaks", "m", severity="low")
    assert told(low, Finding("b.py", 1, 1, "load", "m"))[-1].startswith("a.py:1:1: breaks [low]")


def test_severity_and_fix_of_the_place_replace_those_of_the_rule() -> None:
    finding = Finding("a.py", 1, 1, "load", "m", severity="medium", fix="await it")
    for form in FORMATS:
        text = render([finding], ENTRIES, form)
        assert "await it" in text
        assert "load fix" not in text.replace("load title Fix: load fix", "")
    assert "a.py:1:1: load [medium] m" in render([finding], ENTRIES, "text")


def test_findings_of_one_cause_are_one_line_with_the_first_three_places() -> None:
    findings = [
        Finding(path, line, 1, "load", f"`f{line}` hashes", cause="hash_password in security.py")
        for path, line in [("b.py", 9), ("a.py", 5), ("a.py", 7), ("c.py", 1), ("c.py", 2)]
    ]
    assert told(*findings) == ["a.py:5:1: load [high] `f5` hashes"]
    cause = "one cause (hash_password in security.py)"
    assert places(*findings) == [
        f"5 places, {cause}: here, line 7, b.py:9 and 2 more (--all prints each)"
    ]
    assert len(told(*findings, unfolded=True)) == 5
    assert len(told(*findings[:2])) == 1
    assert places(*findings[:4])[0].endswith(": here, line 7, b.py:9, c.py:1")


def test_more_than_three_that_differ_in_names_and_numbers_alone_are_one_line() -> None:
    messages = [
        "`a` and 2 more change `x`",
        "`b` and 13 more change `y`",
        "`c`, `d` and 1 more change `z`",
        "`e` and 4 more change `x`",
    ]
    findings = [Finding("a.py", n, 1, "load", m) for n, m in enumerate(messages, 1)]
    assert len(told(*findings)) == 1
    assert len(told(*findings[:3])) == 3


def test_fixes_that_differ_in_names_alone_keep_nothing_apart() -> None:
    findings = [
        Finding("a.py", n, 1, "load", f"`f{n}` waits", fix=f"await `g{n}`") for n in range(1, 5)
    ]
    assert len(told(*findings)) == 1
    assert "    fix: await `g1`" in render(findings, ENTRIES, "text")


def test_a_rule_has_at_most_ten_lines_however_its_messages_differ() -> None:
    words = "abcdefghijk"
    findings = [Finding("a.py", n, 1, "load", f"{word} waits") for n, word in enumerate(words)]
    assert len(told(*findings[:10])) == 10
    assert len(told(*findings)) == 1
    caused = [Finding("b.py", n, 1, "load", "m", cause=word) for n, word in enumerate(words)]
    assert len(told(*caused)) == 11


def test_two_with_the_same_message_are_one_line() -> None:
    findings = [Finding("a.py", n, 1, "load", "`decode` names no algorithm") for n in (3, 9)]
    assert len(told(*findings)) == 1
    assert places(*findings) == ["2 places: here, line 9"]


@pytest.mark.parametrize(
    "other",
    [
        Finding("a.py", 9, 1, "breaks", "`x` waits"),
        Finding("a.py", 9, 1, "load", "`x` sleeps"),
        Finding("a.py", 9, 1, "load", "`x` waits", severity="medium"),
        Finding("a.py", 9, 1, "load", "`x` waits", fix="another"),
        Finding("a.py", 9, 1, "load", "`x` waits", cause="another"),
    ],
    ids=["rule", "wording", "severity", "fix", "cause"],
)
def test_what_differs_in_more_keeps_its_line(other: Finding) -> None:
    alike = [Finding("a.py", n, 1, "load", f"`f{n}` waits") for n in range(1, 6)]
    assert [len(one.findings) for one in fold([*alike, other])] == [5, 1]


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_what_machines_read_has_one_entry_a_finding_and_no_summary(form: str) -> None:
    findings = [Finding("a.py", n, 1, "load", "m", cause="c") for n in range(1, 9)]
    text = render(findings, ENTRIES, form, Scope(read=8))
    assert text.count("fix: load fix" if form != "json" else '"fix": "load fix"') == 8
    assert "Read:" not in text


def test_the_summary_says_what_was_looked_at_and_what_is_left_to_ask() -> None:
    findings = [
        Finding("a.py", 1, 1, "load", "m"),
        Finding("b.py", 1, 1, "load", "n", severity="low"),
    ]
    unread = [Finding("x.py", n, 1, "unreadable", f"bad: {n}", cause="bad") for n in (1, 2)]
    versions = ["fastapi 0.115 (uv.lock)", "python 3.12"]
    scope = Scope(40, unread, versions, questions=[ENTRIES["hidden"]], beside=1)
    text = render(findings, ENTRIES, "text", scope)
    assert text.split("\n\n")[-1].split("\n") == [
        "Found: 1 high, 1 low",
        "Read: 39 Python files, 1 deploy file; not read, so not audited: 2 (bad)",
        "Assumed versions: fastapi 0.115 (uv.lock); python 3.12",
        "Code cannot show these faults; ask:",
        "    hidden: What then?",
    ]
    assert render([], ENTRIES, "text", Scope(1, since="main")) == (
        "Found new since main: nothing\nRead: 1 Python file"
    )
