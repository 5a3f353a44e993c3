"""Proof of python-operator-in-filter."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from sqlalchemy import Select, event, or_, select

ROOT = Path(__file__).parents[3]
NOTES = (
    {
        "title": "a",
        "owner": "ada",
        "text": "filed",
        "stars": 3,
        "folder": "work",
        "is_hidden": False,
    },
    {"title": "b", "owner": "ada", "text": "loose", "stars": 0, "folder": None, "is_hidden": False},
    {"title": "c", "owner": "bob", "text": "secret", "stars": 5, "folder": "x", "is_hidden": True},
)


async def ask(module: ModuleType, path: str) -> httpx.Response:
    """Return the answer of the app, with three notes in its database."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.drop_all)
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(module.Note.__table__.insert().values(NOTES))
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=path == "/liked?owner=ada")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def sent(module: ModuleType, path: str) -> str:
    """Return the WHERE of the statement that a request sends."""
    statements: list[str] = []
    event.listen(
        module.engine.sync_engine,
        "before_cursor_execute",
        lambda *given: statements.append(given[2]),
    )
    await ask(module, path)
    return statements[-1].partition("WHERE ")[2]


def where(statement: Select[tuple[str]]) -> str:
    """Return the WHERE of a statement, with its values."""
    text = str(statement.compile(compile_kwargs={"literal_binds": True}))
    return text.partition("WHERE ")[2]


def run(*command: str) -> str:
    """Return what a command of this Python's prints."""
    process = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return process.stdout


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_shows_the_notes_of_others(bad: ModuleType) -> None:
    response = await ask(bad, "/owners/ada/notes/c")
    assert (response.status_code, response.json()) == (200, "secret")


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_lists_nothing(bad: ModuleType) -> None:
    assert (await ask(bad, "/unfiled")).json() == []
    assert (await ask(bad, "/visible")).json() == []


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_raises(bad: ModuleType) -> None:
    with pytest.raises(TypeError, match="Boolean value of this clause is not defined"):
        await ask(bad, "/liked?owner=ada")
    note = bad.Note
    with pytest.raises(TypeError, match="Boolean value of this clause is not defined"):
        _ = note.stars.in_([1]) and note.stars == 2
    with pytest.raises(TypeError, match="Boolean value of this clause is not defined"):
        _ = or_(note.stars == 1, note.stars == 2) and note.stars == 2


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_statements_as_they_are_sent(bad: ModuleType) -> None:
    assert await sent(bad, "/owners/ada/notes/c") == "notes.title = ?"
    assert (await sent(bad, "/visible")).startswith("0 = 1")
    note, text = bad.Note, select(bad.Note.text)
    assert where(text.where(note.stars == 1 and note.owner == "ada")) == "notes.stars = 1"
    assert where(text.where(note.stars == 1 or note.owner == "ada")) == "notes.owner = 'ada'"
    assert where(text.where(note.stars != 1 and note.owner == "ada")) == "notes.owner = 'ada'"
    assert where(text.where(note.stars != 1 or note.owner == "ada")) == "notes.stars != 1"
    assert where(text.where(note.is_hidden and note.owner == "ada")) == "notes.owner = 'ada'"
    assert where(text.where(note.is_hidden or note.owner == "ada")) == "notes.is_hidden"
    assert where(text.where(not note.is_hidden)) == "false"
    assert where(text.where(not note.stars == 1)) == "true"  # noqa: SIM201
    assert where(text.where(note.folder is None)) == "false"
    assert where(text.where(note.folder is not None)) == "true"
    assert where(text.where(note.stars in [1, 2])) == "false"
    assert where(text.where(note.stars not in [1, 2])) == "true"


@pytest.mark.slow
def test_bad_and_or_pass_mypy(bad_file: Path, tmp_path: Path) -> None:
    cache = f"--cache-dir={tmp_path}"
    options = ["--config-file=", "--strict", "--follow-imports=silent", cache]
    errors = run("mypy", *options, str(bad_file)).splitlines()
    code = bad_file.read_text().splitlines()
    lines = [code[int(line.split(":")[1]) - 1] for line in errors if ": error:" in line]
    assert [" and " in line or " or " in line for line in lines] == [False, False]


@pytest.mark.usefixtures("sqlite_database")
async def test_good_keeps_all_conditions(good: ModuleType) -> None:
    assert (await ask(good, "/owners/ada/notes/c")).status_code == 404
    assert (await ask(good, "/owners/bob/notes/c")).json() == "secret"
    assert (await ask(good, "/unfiled")).json() == ["loose"]
    assert (await ask(good, "/visible")).json() == ["filed", "loose"]
    assert (await ask(good, "/liked?owner=ada")).json() == ["filed"]
    assert await sent(good, "/owners/ada/notes/c") == "notes.title = ? AND notes.owner = ?"


@pytest.mark.usefixtures("sqlite_database")
async def test_good_with_a_value_of_python_first(good: ModuleType) -> None:
    assert (await sent(good, "/unfiled")).startswith("notes.folder IS NULL")
    note, text = good.Note, select(good.Note.text)
    for name, expected in (("", "true"), ("ada", "notes.owner = 'ada'")):
        assert where(text.where(not name or note.owner == name)) == expected


def test_good_is_what_ruff_would_make_bad(good_file: Path, tmp_path: Path) -> None:
    code = good_file.read_text()
    code = code.replace("Note.folder.is_(None)", "Note.folder == None")
    code = code.replace("~Note.is_hidden", "Note.is_hidden == False")
    changed = tmp_path / "changed.py"
    changed.write_text(code)
    run(
        "ruff", "check", "--isolated", "--select=E711,E712", "--unsafe-fixes", "--fix", str(changed)
    )
    fixed = changed.read_text()
    assert "where(Note.folder is None)" in fixed
    assert "where(not Note.is_hidden)" in fixed
    assert "Note.title == title, Note.owner == owner" in fixed
