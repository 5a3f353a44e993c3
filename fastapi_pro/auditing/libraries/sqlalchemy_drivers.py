"""Which driver answers a query: that of the engine behind the session at hand."""

from fastapi_pro.auditing.libraries.project_packages import packages, service_packages
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engine_behind
from fastapi_pro.auditing.libraries.sqlalchemy_engines import (
    Engine,
    alternatives,
    engines,
    names_mysql,
    uses_async,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session, uses
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program

_REFUSING = ("sqlite", "postgresql+asyncpg:", "postgresql+psycopg:", "postgresql+psycopg_async:")
_TOLERANT_PACKAGES = {
    True: {"aiomysql", "asyncmy", "aioodbc", "oracledb"},
    False: {
        "psycopg2", "psycopg2-binary", "pymysql", "mysqlclient", "mysql-connector-python", "pg8000",
        "oracledb", "cx-oracle", "pyodbc", "pymssql",
    },
}  # fmt: skip
_REFUSING_PACKAGES = {
    True: {"asyncpg", "aiosqlite", "psycopg", "psycopg-binary"},
    False: {"psycopg", "psycopg-binary"},
}


def refuses_large_numbers(place: Node) -> bool:
    """Say whether the driver of a query refuses a number that its column cannot hold.

    asyncpg, psycopg 3 and SQLite's driver do; psycopg2 and MySQL's drivers find no row. An unknown
    driver counts as one that does not.
    """
    function = place.function
    return place.program.once(_refuses, function.ast, function)


def uses_asyncpg(place: Node) -> bool:
    """Say whether the async session of a function may be on asyncpg."""
    found, kinds = _engines(place.function)
    if found:
        return any(engine.is_asyncpg for engine in found)
    names = service_packages(place.program)
    return kinds != {False} and not names & _TOLERANT_PACKAGES[True]


def _refuses(function: Node) -> bool:
    found, kinds = _engines(function)
    if any(engine.scheme for engine in found):
        return all(map(_is_refusing, found))
    is_async = kinds != {False} and (True in kinds or uses_async(function.program))
    return _is_refused_by_packages(function.program, is_async=is_async)


def _is_refused_by_packages(program: Program, *, is_async: bool) -> bool:
    """Say whether the driver of an engine with an unknown URL refuses, as its packages tell."""
    names = service_packages(program)
    if names & _TOLERANT_PACKAGES[is_async] or names_mysql(program):
        return False
    return is_async or bool(packages(program) & _REFUSING_PACKAGES[False])


def _is_refusing(engine: Engine) -> bool:
    """Say whether the driver of an engine refuses; SQLite may be only the default URL."""
    if engine.is_sqlite:
        names = service_packages(engine.call.program)
        return bool(engine.url) or not names & _TOLERANT_PACKAGES[engine.is_async]
    if engine.scheme in ("postgresql:", "postgres:"):
        names = packages(engine.call.program)
        return engine.is_async or (
            bool(names & _REFUSING_PACKAGES[False]) and not names & _TOLERANT_PACKAGES[False]
        )
    if not engine.scheme:
        return _is_refused_by_packages(engine.call.program, is_async=engine.is_async)
    return engine.scheme.startswith(_REFUSING)


def _engines(function: Node) -> tuple[list[Engine], set[bool]]:
    """Return the engines behind the sessions of a function, and whether these are async.

    Which branch has made an engine depends on the environment. If no engine is found, all of the
    same kind in the program count.
    """
    sessions = [use.owner for use in uses(function)] if function else []
    kinds = {is_async_session(session) for session in sessions}
    behind = {engine_behind(session) for session in sessions}
    found = [other for engine in behind if engine is not None for other in alternatives(engine)]
    if not found:
        found = [e for e in engines(function.program) if not kinds or e.is_async in kinds]
    return found, kinds
