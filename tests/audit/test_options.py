"""[tool.fastapi-pro] of pyproject.toml."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.reporting.options import Options, OptionsError, read_options

SLUGS = {"one-rule", "two-rule"}


def options(folder: Path, text: str) -> Options:
    (folder / "pyproject.toml").write_text(text)
    return read_options(folder, SLUGS)


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
    [tool.fastapi-pro]
    select = ["one-rule", "two-rule"]
    ignore = ["two-rule"]
    exclude = ["/gen"]
    baseline = "known.json"
    format = "json"
    jobs = 3
    """
    assert options(tmp_path, text) == Options(
        select=["one-rule", "two-rule"],
        ignore=["two-rule"],
        exclude=["/gen"],
        baseline="known.json",
        format="json",
        jobs=3,
        folder=tmp_path,
    )


def test_the_nearest_file_above_a_file_or_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.py").touch()
    (tmp_path / "pyproject.toml").write_text("[tool.fastapi-pro]\njobs = 1\n")
    assert read_options(tmp_path / "a" / "b", SLUGS).jobs == 1
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.fastapi-pro]\njobs = 2\n")
    assert read_options(tmp_path / "a" / "b" / "x.py", SLUGS).jobs == 2
    assert read_options(tmp_path / "a" / "b", SLUGS).folder == tmp_path / "a"


def test_tables_of_other_tools_are_passed_over(tmp_path: Path) -> None:
    text = '[tool.fastapi-pro]\njobs = 1\n[tool.fastapi-pro.unshown]\nx = "y"\n'
    assert options(tmp_path, text).jobs == 1
    assert options(tmp_path, "[tool.ruff]\nselect = 1\n") == Options(folder=tmp_path)


HEAD = "[project]\nname = 'x'\njobs = 0\n\n[tool.fastapi-pro]\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (HEAD + "selct = []", 6, "unknown key 'selct'; did you mean select"),
        (HEAD + "\nselect = 'one-rule'", 7, "select must be a list of slugs"),
        (HEAD + "ignore = [1]", 6, "ignore must be a list of slugs"),
        (HEAD + "jobs = 0", 6, "jobs must be a whole number above 0"),
        (HEAD + "jobs = true", 6, "jobs must be"),
        (HEAD + "format = 'xml'", 6, "format must be one of text, json, github, sarif"),
        (HEAD + "format = []", 6, "format must be"),
        (HEAD + "baseline = ''", 6, "baseline must be"),
        (HEAD + "exclude = 'x'", 6, "exclude must be"),
        (HEAD + "select = ['one-rul']", 6, "there is no rule 'one-rul'; did you mean one-rule"),
        ("[tool]\nfastapi-pro.jobs = 0", 2, "jobs must be"),
        ("[tool]\nfastapi-pro = 1", 2, "must be a table"),
        (HEAD + "jobs = = 1", 6, "not TOML"),
        (HEAD + "jobs = [", 6, "not TOML"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(OptionsError) as caught:
        options(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'pyproject.toml'}:{line}: ")
    assert says in str(caught.value)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\n\n# \xff\n")
    with pytest.raises(OptionsError, match=r"pyproject\.toml:3: not UTF-8"):
        read_options(tmp_path, SLUGS)
