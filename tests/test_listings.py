"""Listings of pages and recipes: made from the pages and recipes themselves."""

from pathlib import Path

import pytest

from maintain.building.listings import expand_listings
from maintain.building.refusal import RefusedError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A skill with two pages and one recipe."""
    (tmp_path / "references").mkdir()
    files = "<!-- files snippets/recipes/limit -->\n<!-- end -->\n"
    page = f"# Limits\n\nRead this to limit. Or not.\n\n{files}"
    (tmp_path / "references" / "b.md").write_text(page)
    (tmp_path / "references" / "a.md").write_text("Read this when it rains: stay in.\n")
    (tmp_path / "snippets" / "recipes" / "limit").mkdir(parents=True)
    (tmp_path / "snippets" / "recipes" / "limit" / "plug.diff").write_text("What: limits\n---\n")
    return tmp_path


def refusal(root: Path, text: str) -> tuple[str, str, int]:
    with pytest.raises(RefusedError) as caught:
        expand_listings("SKILL.md", text, root)
    (finding,) = caught.value.findings
    return finding.code, finding.path, finding.line


def test_pages_are_listed_by_what_they_are_for(root: Path) -> None:
    rows = "- `a`: when it rains\n- `b`: limit"
    text = "x\n<!-- pages -->\nold\n<!-- end -->\ny\n"
    assert expand_listings("SKILL.md", text, root) == text.replace("old", rows)


def test_recipes_are_listed_with_their_page(root: Path) -> None:
    rows = "[limit](references/b.md)."
    text = "<!-- recipe names -->\r\n<!-- end -->\r\n"
    made = f"<!-- recipe names -->\n{rows}\n<!-- end -->\n".replace("\n", "\r\n")
    assert expand_listings("README.md", text, root) == made
    assert expand_listings("README.md", made, root) == made


def test_a_page_may_be_about_several_recipes(root: Path) -> None:
    (root / "snippets" / "recipes" / "a").mkdir()
    (root / "snippets" / "recipes" / "a" / "plug.diff").write_text("What: a\n---\n")
    page = root / "references" / "b.md"
    listed = "<!-- files snippets/recipes/limit"
    page.write_text(page.read_text().replace(listed, f"{listed} snippets/recipes/a"))
    rows = "[a](references/b.md), [limit](references/b.md)."
    text = "<!-- recipe names -->\n<!-- end -->\n"
    assert expand_listings("README.md", text, root) == text.replace(" -->\n", f" -->\n{rows}\n", 1)


def test_a_page_without_a_purpose_is_refused(root: Path) -> None:
    (root / "references" / "a.md").write_text("# Rain\n")
    text = "<!-- pages -->\n<!-- end -->\n"
    assert refusal(root, text) == ("no-purpose", "references/a.md", 1)


def test_a_recipe_that_no_page_shows_is_refused(root: Path) -> None:
    (root / "references" / "b.md").write_text("Read this to limit.\n")
    text = "<!-- recipe names -->\n<!-- end -->\n"
    assert refusal(root, text) == ("unshown", "snippets/recipes/limit/plug.diff", 1)


def test_a_listing_without_an_end_is_refused(root: Path) -> None:
    assert refusal(root, "x\n<!-- pages -->\n") == ("bad-listing", "SKILL.md", 2)


def test_a_part_does_not_take_the_end_of_the_next_one(root: Path) -> None:
    text = "<!-- pages -->\nx\n<!-- recipe names -->\n<!-- end -->\n"
    assert refusal(root, text) == ("bad-listing", "SKILL.md", 1)
