"""Tables of files on a page: made from the files, complete, and refused where they cannot be."""

from pathlib import Path

import pytest

from maintain.building.files import expand_files
from maintain.building.refusal import RefusedError
from maintain.building.sources import Snippets


@pytest.fixture
def snippets(tmp_path: Path) -> Snippets:
    """A recipe with four files that are told, and two that are not."""
    recipe = tmp_path / "snippets" / "recipes" / "limit"
    for name, text in {
        "plug.diff": "What: limits\nNeeds: store, clock\n"
        "--- app/main.py\n+++ app/main.py\n@@\n+x\n+++ app/b.py\n",
        "app/limit.py": '"""Limits | for all.\n\nMore."""\n',
        "app/__init__.py": "",
        "app/limit.yaml": "# How much\na: 1\n",
        "tests/test_limit.py": "",
        "migrations/versions/one.py": '"""One."""\n',
    }.items():
        (recipe / name).parent.mkdir(parents=True, exist_ok=True)
        (recipe / name).write_text(text)
    return Snippets(tmp_path)


HEAD = "| File | What it is |\n|---|---|\n"
FOLDER = "snippets/recipes/limit"


def part(globs: str, rows: str = "") -> str:
    return f"a\n<!-- files {globs} -->\n{rows}<!-- end -->\nb\n"


def test_what_a_folder_holds_is_listed_but_for_tests(snippets: Snippets) -> None:
    text, listed = expand_files("references/x.md", part(FOLDER, "old\n"), snippets)
    rows = (
        f"{HEAD}| `{FOLDER}/app/limit.py` | Limits \\| for all |\n"
        f"| `{FOLDER}/app/limit.yaml` | How much |\n"
        f"| `{FOLDER}/migrations/versions/one.py` | One |\n"
        f"| `{FOLDER}/plug.diff` | changes `app/main.py`, `app/b.py`; "
        "needs `store`, `clock` |\n"
    )
    assert text == part(FOLDER, rows)
    assert {file.name for file in listed} == {"limit.py", "limit.yaml", "one.py", "plug.diff"}
    assert expand_files("references/x.md", text, snippets)[0] == text


def test_what_the_page_shows_whole_is_not_listed_again(snippets: Snippets) -> None:
    shown = f"```python {FOLDER}/app/limit.py\n```\n"
    text, _ = expand_files("x.md", shown + part(FOLDER), snippets)
    assert "| `snippets/recipes/limit/app/limit.py`" not in text
    text, _ = expand_files("x.md", shown.replace(".py", ".py#one") + part(FOLDER), snippets)
    assert "| `snippets/recipes/limit/app/limit.py`" in text


def test_a_file_or_a_glob_may_be_named_and_line_ends_stay(snippets: Snippets) -> None:
    globs = f"{FOLDER}/migrations/versions/*.py {FOLDER}/plug.diff"
    text, _ = expand_files("x.md", part(globs).replace("\n", "\r\n"), snippets)
    assert f"| `{FOLDER}/migrations/versions/one.py` | One |\r\n" in text
    assert "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("<!-- files snippets/none.py -->\n<!-- end -->\n", "bad-files", "x.md"),
        ("<!-- files snippets/recipes/limit/*.toml -->\n<!-- end -->\n", "bad-files", "x.md"),
        ("<!-- files snippets/recipes/limit -->\n", "bad-files", "x.md"),
        (part(f"{FOLDER}/tests/test_limit.py"), "no-purpose", f"{FOLDER}/tests/test_limit.py"),
    ],
)
def test_what_cannot_be_listed_is_refused(
    text: str, code: str, path: str, snippets: Snippets
) -> None:
    with pytest.raises(RefusedError) as caught:
        expand_files("x.md", text, snippets)
    (finding,) = caught.value.findings
    assert (finding.code, finding.path) == (code, path)
