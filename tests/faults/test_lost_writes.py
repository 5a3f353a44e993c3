"""`bench/lost_writes.py`: no acknowledged write is lost, but by a commit after the answer."""

import re

import pytest

import lost_writes

pytestmark = pytest.mark.slow


@pytest.mark.timeout(180)
def test_the_service_loses_none_and_a_commit_after_the_answer_each_that_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert lost_writes.main(["--rounds", "3"]) == 0
    rows = [re.split(r" *\| *", line) for line in capsys.readouterr().out.splitlines()[2:8]]
    lost = {(row[1], row[2]): int(row[5].strip("*")) for row in rows}
    acknowledged = {(row[1], row[2]): int(row[3]) for row in rows}
    assert all(number >= lost_writes.FEWEST for number in acknowledged.values())
    assert [lost["this service", failure] for failure in lost_writes.FAILURES] == [0, 0, 0]
    late = ("commit after the answer", "every tenth commit fails")
    assert lost[late] >= acknowledged[late] // 10 - 3
