"""Which findings count as new, whatever moved."""

from pathlib import Path

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.new_findings import Place, new_findings

OLD = Path("old.py")


def place(line: int, text: str = "get()", message: str = "`f` waits", path: Path = OLD) -> Place:
    return Place(Finding(path.name, line, 1, "load", message), path, text)


def new_lines(now: list[Place], before: list[Place]) -> list[int]:
    return [finding.line for finding in new_findings(now, before)]


def test_a_line_that_moved_is_not_new() -> None:
    assert new_lines([place(9)], [place(3)]) == []


def test_another_text_or_rule_is_new() -> None:
    assert new_lines([place(3, "post()")], [place(3)]) == [3]
    other = Place(Finding("old.py", 3, 1, "breaks", "`f` waits"), OLD, "get()")
    assert new_lines([other], [place(3)]) == [3]


def test_of_more_of_the_same_line_the_one_that_is_named_otherwise_is_new() -> None:
    before = [place(3), place(8, message="`g` waits")]
    now = [place(3), place(5, message="`h` waits"), place(8, message="`g` waits")]
    assert new_lines(now, before) == [5]
    assert new_lines(before, now) == []


def test_a_message_that_counts_something_else_is_not_new() -> None:
    assert (
        new_lines([place(3, message="`f` and 4 more")], [place(3, message="`f` and 3 more")]) == []
    )


def test_code_that_went_to_another_file_is_not_new_and_what_looks_like_it_is() -> None:
    moved = place(1, path=Path("new.py"))
    assert new_lines([moved], [place(3)]) == []
    assert new_lines([moved, place(3)], [place(3)]) == [1]
    chance = place(1, message="`g` waits", path=Path("new.py"))
    assert new_lines([chance], [place(3)]) == [1]
