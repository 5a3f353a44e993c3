"""The validator says of each row of the table what the client was seen to do."""

from collections import Counter
from pathlib import Path

import pytest

from fastapi_pro.validating.check import Options, check_skill, try_skill
from tests.validation.skill_rows import ROWS
from tests.validation.skill_rows.row import ANY, Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_validator_says_what_the_client_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    """`--try` too, which tells of each row whether a Read lists it, and why."""
    file = row.write(tmp_path)
    found = check_skill(file, "SKILL.md", Options())
    assert [f.code for f in found if f.level == "error"] == list(row.errors)
    assert [f.code for f in found if f.level == "warning"] == list(row.warnings)
    assert set(row.borne) <= {f.code for f in found if f.level == "not-portable"}
    monkeypatch.chdir(tmp_path)
    is_listed = row.listed is not None
    opening, *others = try_skill(file, "SKILL.md", [row.opens or ANY, *row.shut])
    assert opening.opens == (is_listed or row.opens is not None)
    assert [answer.opens for answer in others] == [is_listed] * len(row.shut)


def test_no_row_hides_another() -> None:
    """Names are folders of one project, and the Reads of all rows share its files."""
    assert [name for name, count in Counter(row.name for row in ROWS).items() if count > 1] == []
