"""maintain.py claims: each sentence of fact has a line that says what shows it."""

from pathlib import Path

import pytest

from maintain import claims

PAGE = """# Lamps

Read this to light lamps. A lamp shines.

<!-- contents -->
[Code](#code)
<!-- end -->

| You have | Take |
|---|---|
| a lamp | light |
| | `SELECT a. B` |

```python
print("No sentence. None.")
```

<!-- files snippets/lamps -->
| File | What it is |
|---|---|
| `lamp.py` | A lamp |
<!-- end -->
"""
LIST = """Read this to light <- advice
A lamp shines. <- {test} https://lamps.example
a lamp; light <- bench/hot.py
`SELECT a. B` <- {test}
"""
TEST = "tests/maintain/test_claims.py::test_all_fits"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page and its list, which fit."""
    monkeypatch.setattr(claims, "list_of", lambda page: page.with_suffix(".txt"))
    (tmp_path / "lamps.md").write_text(PAGE)
    (tmp_path / "lamps.txt").write_text(LIST.format(test=TEST))
    return tmp_path / "lamps.md"


def test_each_sentence_of_all_pages_has_what_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert claims.main([]) == 0, capsys.readouterr().out


def test_no_list_is_left_of_a_page_that_is_gone() -> None:
    lists = {path.stem for path in (claims.ROOT / "docs" / "claims").iterdir()}
    assert lists == {page.stem for page in claims.listed_pages() if page.name != "rule.md"}


def test_all_fits(page: Path) -> None:
    assert claims.problems_of(page) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("A lamp shines.", "A lamp burns.", "txt:2: no sentence begins so: A lamp shines."),
        ("A lamp shines.", "A lamp burns.", "md: no line says what shows this: A lamp burns."),
        ("shines.", "shines. A second one.", "no line says what shows this: A second one."),
        ("| a lamp | light |\n", "", "txt:3: no sentence begins so: a lamp; light"),
        ("| a lamp |", "| A lamp shines. |", "no line says what shows this: A lamp shines.; light"),
        ("a lamp", "Read this to light, or not", "txt:1: 2 sentences begin so"),
    ],
)
def test_a_page_that_changes_is_told(page: Path, old: str, new: str, told: str) -> None:
    page.write_text(PAGE.replace(old, new))
    assert told in "\n".join(claims.problems_of(page))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (TEST, "tests/no.py::test_x", "there is no file 'tests/no.py'; write a test"),
        ("test_all_fits", "test_nothing", "has no test test_nothing; write the name of one"),
        ("::test_all_fits", "", "is a file of tests; write tests/maintain/test_claims.py::test_"),
        ("advice", "TODO", "txt:1: there is no file 'TODO'"),
        ("advice", "", "txt:1: there is no file ''"),
        (" <- advice", "", "txt:1: no line of a list; write `first words <- proof`"),
        ("A lamp shines.", "Read this to light lamps.", "txt:2: a second line for one sentence"),
    ],
)
def test_a_line_that_does_not_fit_is_told(page: Path, old: str, new: str, told: str) -> None:
    path = page.with_suffix(".txt")
    path.write_text(path.read_text().replace(old, new))
    assert told in "\n".join(claims.problems_of(page))


def test_a_page_without_a_list_is_told(page: Path) -> None:
    page.with_suffix(".txt").unlink()
    [problem] = claims.problems_of(page)
    assert "it has no list; write " in problem


def test_lines_are_laid_out_and_those_that_fit_stay(page: Path) -> None:
    page.write_text(PAGE.replace("A lamp shines.", "A lamp burns. It is hot."))
    assert claims.main(["--write", str(page)]) == 1
    assert page.with_suffix(".txt").read_text().splitlines() == [
        "Read this to light <- advice",
        "A lamp burns. <- TODO",
        "It is hot. <- TODO",
        "a lamp; light <- bench/hot.py",
        f"`SELECT a. B` <- {TEST}",
    ]


def test_a_page_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        claims.main(["references/none.md"])
    assert "there is no none.md; name a page" in capsys.readouterr().err
