"""How findings are printed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from fastapi_pro.addresses import SITE, rule_address
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import Entry, catalogue
from fastapi_pro.auditing.reporting.report import FORMATS, render
from fastapi_pro.rulebook import CONSEQUENCES, page

ENTRIES = {
    severity: Entry(severity, severity, f"{severity} title", f"{severity} fix", "text")
    for severity in ("high", "medium", "low")
} | {"hidden": Entry("hidden", "high", "t", "f", "text", unseen="the server's options")}
FINDING = Finding("app/a b.py", 3, 5, "medium", "50%: é\n::error::x\x1b[31m")


def sarif(*findings: Finding) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render(findings, ENTRIES, "sarif"))
    return log


def test_text_is_a_line_and_its_fix() -> None:
    _, *lines = render([FINDING], ENTRIES, "text").split("\n")
    assert lines == [
        "app/a b.py:3:5: medium [medium] 50%: é\\n::error::x\\x1b[31m",
        "    fix: medium fix",
        f"    see: {rule_address('medium')}",
    ]


def test_each_finding_names_the_page_of_its_rule_and_text_names_it_once() -> None:
    findings = [replace(FINDING, line=line, message=str(line)) for line in (1, 2)]
    address = f"{SITE}rules/medium/"
    assert render(findings, ENTRIES, "text", unfolded=True).count(address) == 1
    assert [found["page"] for found in json.loads(render(findings, ENTRIES, "json"))] == [
        address, address,
    ]  # fmt: skip
    lines = render(findings, ENTRIES, "github").split("\n")
    assert all(line.endswith(f"; see {address}") for line in lines)
    [run] = sarif(*findings)["runs"]
    described = {rule["id"]: rule["helpUri"] for rule in run["tool"]["driver"]["rules"]}
    assert described["medium"] == address


def test_a_rule_without_a_page_is_explained_in_a_line() -> None:
    [run] = sarif(replace(FINDING, slug="high"))["runs"]
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"] == "high title Fix: high fix"


def test_json_is_a_list_of_objects() -> None:
    assert json.loads(render([FINDING], ENTRIES, "json")) == [
        {
            "path": "app/a b.py",
            "line": 3,
            "column": 5,
            "slug": "medium",
            "severity": "medium",
            "message": FINDING.message,
            "fix": "medium fix",
            "consequence": "rest",
            "cause": "",
            "page": rule_address("medium"),
        }
    ]
    assert json.loads(render([], ENTRIES, "json")) == []


@pytest.mark.parametrize(
    ("severity", "command"), [("high", "error"), ("medium", "warning"), ("low", "notice")]
)
def test_a_workflow_command_has_the_level_of_the_severity(severity: str, command: str) -> None:
    line = render([Finding("x.py", 1, 2, severity, "m")], ENTRIES, "github")
    where = f"file=x.py,line=1,col=2,title={severity}"
    assert line == f"::{command} {where}::m; fix: {severity} fix; see {rule_address(severity)}"


def test_a_workflow_command_is_escaped() -> None:
    line = render([Finding("a,b:c%.py", 1, 1, "low", "100%\nnext")], ENTRIES, "github")
    assert line == (
        "::notice file=a%2Cb%3Ac%25.py,line=1,col=1,title=low::100%25\\nnext; fix: low fix"
        f"; see {rule_address('low')}"
    )


def test_sarif_says_its_version_and_the_unit_of_columns() -> None:
    log = sarif()
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    [run] = log["runs"]
    assert run["tool"]["driver"]["name"] == "fastapi-pro"
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == []


def test_sarif_results_point_at_their_rule_and_their_place() -> None:
    findings = [Finding("x.py", n, n + 1, slug, "m") for n, slug in enumerate(ENTRIES, 1)][:3]
    [run] = sarif(*findings)["runs"]
    described = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == ["high", "medium", "low"]
    for rule in described:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    levels = {"high": "error", "medium": "warning", "low": "note"}
    for finding, result in zip(findings, run["results"], strict=True):
        assert described[result["ruleIndex"]]["id"] == result["ruleId"] == finding.slug
        assert result["level"] == levels[finding.slug]
        assert finding.message in result["message"]["text"]
        [location] = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "x.py"}
        assert place["region"] == {"startLine": finding.line, "startColumn": finding.column}


@pytest.mark.parametrize("path", ["a b/é%.py", "c:d.py", "#?.py", "\udce9.py"])
def test_sarif_paths_are_relative_and_percent_encoded(path: str) -> None:
    [run] = sarif(Finding(path, 1, 1, "low", "m"))["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert not set(uri) & set(" #?:")
    assert unquote(uri, errors="surrogateescape") == path


def test_sarif_paths_outside_the_current_folder_are_file_addresses(tmp_path: Path) -> None:
    [run] = sarif(Finding(f"{tmp_path.as_posix()}/x y.py", 1, 1, "low", "m"))["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "x y.py").as_uri()


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_prints_a_control_character_of_the_audited_code(form: str) -> None:
    text = render([Finding("a\x1b\n\u202e.py", 1, 1, "low", "b\x1b\x07\u202e")], ENTRIES, form)
    assert not set(text) & set("\x1b\x07\u202e")


def test_sarif_explains_each_rule_that_found_something_by_its_page() -> None:
    entries = catalogue()
    told = [slug for slug, entry in entries.items() if not entry.unseen][::3]
    findings = [replace(FINDING, slug=slug) for slug in reversed(told)]
    log = json.loads(render(findings, entries, "sarif"))
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert [*rules] == told
    for slug, rule in rules.items():
        assert rule["help"]["markdown"] == page(slug)
        assert rule["helpUri"] == rule_address(slug)
        assert rule["properties"]["consequence"] in CONSEQUENCES


def test_sarif_has_the_severity_of_the_place() -> None:
    [run] = sarif(Finding("x.py", 1, 1, "high", "m", severity="low"))["runs"]
    [result] = run["results"]
    assert (result["level"], result["properties"]) == ("note", {"severity": "low"})


def marks(*findings: Finding) -> list[str]:
    [run] = sarif(*findings)["runs"]
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]


def test_sarif_fingerprints_stay_when_lines_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.py").write_text("get()\nget()\npost()\n")
    findings = [Finding("x.py", line, 1, "high", f"m{line}") for line in (1, 2, 3)]
    before = marks(*findings)
    assert len({*before, *marks(replace(findings[0], slug="low"))}) == 4
    (tmp_path / "x.py").write_text("import a\nif a:\n    get()\n    get()\npost()\n")
    moved = [replace(finding, line=finding.line + 2, message="other") for finding in findings]
    assert marks(*moved) == before
    (tmp_path / "x.py").write_text("get(1)\nget()\npost()\n")
    assert marks(*findings)[0] not in before
