"""Migrations: whether the deploy files run them, and what they say beside the models."""

import re

from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.servers import behind_launchers, name_of
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources.spots import Word

_FOLDERS = ("alembic", "migrations", "migration", "db/migrations", "database/migrations")

_READ = re.IGNORECASE | re.DOTALL
_DELETES = r"(?:foreign_?key\(.{0,80}?)?on\s?delete\W{1,4}(?:cascade|set)"
_CHANGES = re.compile(
    r"(?:create|batch_alter)_table\(|(?<!batch_op\.)(?:create_foreign_key|add_column)\("
    r"|create table|alter table",
    re.IGNORECASE,
)
"""Where the change of a table begins in a migration; `batch_op` changes the one named before."""
_HEAD = 160  # characters in which the name of the table stands


@fact
def migrates_before_start(program: Program) -> bool:
    """Say whether a deploy file runs `alembic upgrade`: the tables are there when workers start."""
    deployed = (launch for launch in launches(program) if not launch.is_development)
    return any(migration_of(launch) is not None for launch in deployed)


def migration_of(launch: Launch) -> Word | None:
    """Return the word `alembic` of a command that migrates whenever it starts."""
    for command in launch.commands:
        words = behind_launchers(command.words)
        is_upgrade = "upgrade" in [word.text for word in words[1:6]]
        if is_upgrade and not command.is_conditional and name_of(words[0]) == "alembic":
            return words[0]
    return None


def may_make_unique(program: Program, column: str) -> bool:
    """Say whether a migration may keep a column unique, which the model does not say."""
    after = rf"unique[^;]{{0,200}}\b{re.escape(column)}\b"
    before = rf"['\"]{re.escape(column)}['\"][^()]{{0,80}}unique=True"
    pattern = re.compile(f"{after}|{before}", re.IGNORECASE)
    return any(map(pattern.search, texts(program)))


def may_delete_too(program: Program, table: str, column: str) -> bool:
    """Say whether a migration lets the database delete or release the rows of a table itself.

    That is `ondelete="CASCADE"`, or `SET NULL`, for a key that refers to the deleted row, where the
    model says nothing of it.
    """
    key = re.compile(
        rf"\b{re.escape(column)}\b(?:(?!foreign_?key\w*\().){{0,80}}?{_DELETES}", _READ
    )
    named = re.compile(rf"\b{re.escape(table)}\b")
    return any(
        named.search(part, 0, _HEAD) and key.search(part)
        for text in texts(program)
        for part in _CHANGES.split(text)
    )


@fact
def texts(program: Program) -> list[str]:
    """Return the texts of the migrations in the usual folders beside the code, and above it."""
    places = {program.root}
    for module in program.code:
        places |= {p for p in module.path.parents if p.is_relative_to(program.root)}
    folders = [
        place / name / below
        for place in sorted(places)
        for name in _FOLDERS
        for below in ("", "versions")
    ]
    return [
        read_text(folder / name)
        for folder in folders
        for name in sorted(project_files.names(folder))
        if name.endswith((".py", ".sql"))
    ]
