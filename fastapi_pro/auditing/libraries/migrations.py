"""Migrations that the deploy files run."""

from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.servers import behind_launchers, name_of
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources.spots import Word


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
