"""docs/measurements.md and pages show what `bench/` has measured, as it was kept."""

import json
from pathlib import Path
from types import ModuleType

import pytest

import fan_out
import growth
import hot
import lost_writes
import new_project
import outages
import restarts
import speed
import tokens
import tools
from maintain.building.tables import with_table
from results import PAGE, RESULTS, digest
from tests.support.pages import PAGES

BENCHES = [fan_out, growth, hot, lost_writes, new_project, outages, restarts, speed, tokens, tools]


@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: str(bench.__name__))
def test_a_page_shows_what_was_measured(bench: ModuleType) -> None:
    result = json.loads((RESULTS / f"{bench.__name__}.json").read_text(encoding="utf-8"))
    page = getattr(bench, "SHOWN_ON", PAGE).read_text(encoding="utf-8")
    assert with_table(page, f"bench {bench.__name__}", bench.table(result)) == page


@pytest.mark.parametrize("name", ["growth", "speed"])
def test_the_pictures_are_of_what_was_measured(name: str) -> None:
    assert digest(name) in (RESULTS / f"{name}.svg").read_text(encoding="utf-8"), (
        "run bench/plots.py"
    )


def test_a_server_out_of_the_rotation_left_no_request_unanswered() -> None:
    result = json.loads((RESULTS / "restarts.json").read_text(encoding="utf-8"))
    assert {of[restarts.ROTATION]["not answered"] for of in result["of"].values()} == {0}
    assert {cell["lost"] for of in result["of"].values() for cell in of.values()} == {0}


def test_after_an_outage_all_is_well_by_itself() -> None:
    result = json.loads((RESULTS / "outages.json").read_text(encoding="utf-8"))
    for fault, seen in result["faults"].items():
        assert seen["answers"].keys() <= {"200", "503"}, fault
        assert seen["idle in transaction"] == 0, fault
        assert seen["well after"] < 5, fault


def test_the_cost_of_a_keyset_page_does_not_grow_with_the_rows() -> None:
    rows = json.loads((RESULTS / "growth.json").read_text(encoding="utf-8"))["rows"]
    last = [of["keyset, last page"] for of in rows.values()]
    assert max(last) < 1.5 * min(last)


def test_the_service_lost_nothing_in_twenty_rounds_and_more() -> None:
    result = json.loads((RESULTS / "lost_writes.json").read_text(encoding="utf-8"))
    assert result["rounds"] >= 20
    lost = {who: sum(c["lost"] for c in of.values()) for who, of in result["of"].items()}
    assert lost["this service"] == 0 < lost["commit after the answer"]


def test_the_tokens_shown_are_those_of_today() -> None:
    result = json.loads((RESULTS / "tokens.json").read_text(encoding="utf-8"))
    now = tokens.ours()
    assert {name: result[name] for name in now} == now, "run scripts/maintain.py refresh"


def test_old_tokens_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tokens.main(["--check"]) == 0
    kept = json.loads((RESULTS / "tokens.json").read_text(encoding="utf-8"))
    kept["skill"]["SKILL.md"] += 1
    (tmp_path / "tokens.json").write_text(json.dumps(kept))
    monkeypatch.setattr(tokens, "RESULTS", tmp_path)
    assert tokens.main(["--check"]) == 1
    assert "docs/bench/tokens.json: the pages have changed since" in capsys.readouterr().err


def test_each_common_task_is_within_its_budget() -> None:
    assert {task: n for task, n in tokens.ours()["tasks"].items() if n > tokens.GOAL} == {}


def test_each_page_is_read_in_a_minute() -> None:
    """The index of the rules is not read whole, but searched."""
    pages = [page for page in PAGES[1:] if page.name != "rules.md"]
    assert {p.name: n for p in pages if (n := tokens.count(p)) > tokens.PAGE} == {}
    lines = {page.name: page.read_text(encoding="utf-8").count("\n") for page in pages}
    assert {name: count for name, count in lines.items() if count > 200} == {}


def test_a_skill_without_a_name_or_a_place_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert tokens.main(["nobody=/"]) == 2
    assert "write NAME=PATH, NAME one of fastapi-pro, official" in capsys.readouterr().err
    assert tokens.main(["ecc=/nowhere"]) == 2
    assert "name a folder that holds SKILL.md" in capsys.readouterr().err


def test_a_table_needs_its_place() -> None:
    with pytest.raises(ValueError, match="has no <!-- bench speed -->"):
        with_table("no marks", "bench speed", "")
