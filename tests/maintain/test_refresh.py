"""maintain.py refresh: what it makes, in which order, and what it only tells."""

from collections.abc import Sequence

import pytest

from maintain import refresh


class Parts:
    """Stand-ins for the commands that make the parts: `old` are those that --check finds old."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.old: set[str] = set()
        self.failing: set[str] = set()
        for name in ("picture", "build", "evals_listing", "survey"):
            monkeypatch.setattr(f"maintain.{name}.main", lambda argv, n=name: self.run(n, argv))
        monkeypatch.setattr(refresh, "_tokens", lambda argv: self.run("tokens", argv))

    def run(self, name: str, argv: Sequence[str]) -> int:
        """Keep what is asked of a part, and answer as it would."""
        self.calls.append(" ".join([name, *argv]))
        return int(name in (self.old if argv == ["--check"] else self.failing))


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    """The parts, all of them up to date."""
    return Parts(monkeypatch)


def made(parts: Parts) -> list[str]:
    """Return the calls that write."""
    return [call for call in parts.calls if not call.endswith("--check")]


def test_pages_come_before_what_is_counted_of_them(parts: Parts) -> None:
    parts.old = {"survey", "tokens"}
    assert refresh.main([]) == 0
    assert made(parts) == ["picture", "build", "evals_listing", "tokens --write"]


def test_the_survey_is_made_with_all_and_then_shown(parts: Parts) -> None:
    parts.old = {"survey", "tokens"}
    assert refresh.main(["--all"]) == 0
    expected = ["picture", "build", "evals_listing", "survey --write", "build", "tokens --write"]
    assert made(parts) == expected


def test_what_is_up_to_date_keeps_its_date(parts: Parts) -> None:
    assert refresh.main(["--all"]) == 0
    assert made(parts) == ["picture", "build", "evals_listing"]


@pytest.mark.parametrize("failing", ["picture", "build", "evals_listing", "survey", "tokens"])
def test_a_part_that_fails_is_the_last(parts: Parts, failing: str) -> None:
    parts.old, parts.failing = {"survey", "tokens"}, {failing}
    assert refresh.main(["--all"]) == 1
    assert made(parts)[-1].startswith(failing)


def test_a_check_asks_all_parts_and_writes_nothing(
    parts: Parts, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refresh.main(["--check"]) == 0
    assert capsys.readouterr().err == ""
    parts.old = {"picture"}
    assert refresh.main(["--check"]) == 1
    assert "run scripts/maintain.py refresh" in capsys.readouterr().err
    assert made(parts) == []
    assert [call.split()[0] for call in parts.calls[-5:]] == [
        "picture", "build", "evals_listing", "survey", "tokens",
    ]  # fmt: skip
