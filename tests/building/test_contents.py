"""The part of a page that names its sections."""

import re

import pytest

from maintain.building.headings import expand_contents
from maintain.building.refusal import RefusedError
from tests.support.pages import PAGES

PART = "<!-- contents -->\n{}<!-- end -->\n"
TEXT = "# Lamps\n\n{}\n## Code\n\n```sh\n## no section\n```\n\n## What, then: `x-y`?\n"


def test_sections_are_linked_and_code_has_none() -> None:
    made = expand_contents("a.md", TEXT.format(PART.format("old\n")))
    links = "[Code](#code), [What, then: `x-y`?](#what-then-x-y)\n"
    assert made == TEXT.format(PART.format(links))
    assert expand_contents("a.md", made) == made


def test_a_page_without_sections_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        expand_contents("a.md", f"# Lamps\n\n{PART.format('')}")
    [finding] = caught.value.findings
    assert (finding.code, finding.path, finding.line) == ("bad-contents", "a.md", 3)


def test_a_part_without_an_end_is_refused() -> None:
    with pytest.raises(RefusedError, match="no end"):
        expand_contents("a.md", "<!-- contents -->\n## Code\n")


def test_each_long_page_begins_with_its_contents() -> None:
    begin = re.compile(r"# .+\n\nRead this .+\n\n<!-- contents -->\n\[")
    long = [page for page in PAGES[1:] if page.read_text(encoding="utf-8").count("\n") > 100]
    assert long
    assert [p.name for p in long if not begin.match(p.read_text(encoding="utf-8"))] == []
