"""docs/faults.md names, for each fault, tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!-)(.+) \| (`.+`) \|$", PAGE, re.MULTILINE)
TESTS = sorted({test for _, tests in ROWS for test in tests.strip("`").split("` `")})


def test_each_fault_has_a_test() -> None:
    numbers = [int(found[1]) for what, _ in ROWS if (found := re.match(r"(\d+) \|", what))]
    assert numbers == [*range(1, 62)]
    assert len(ROWS) == 61 + 10


@pytest.mark.parametrize("test", TESTS)
def test_a_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE)
