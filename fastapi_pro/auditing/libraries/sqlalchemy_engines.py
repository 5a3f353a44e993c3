"""A program's engines, and what they connect to, as far as literals and declarations tell."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.libraries.configured_values import default_of
from fastapi_pro.auditing.libraries.project_packages import packages, service_packages
from fastapi_pro.auditing.libraries.pydantic import settings
from fastapi_pro.auditing.libraries.sqlalchemy_urls import (
    literal_url,
    scheme_of,
    scheme_of_branch,
)
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_ASYNC = "sqlalchemy.ext.asyncio.create_async_engine"
MAKERS = (_ASYNC, "sqlalchemy.create_engine")
"""The functions that make an engine."""
_SINGLE = ("NullPool", "StaticPool", "AssertionPool")
_ASYNCPG = ("postgresql+asyncpg", "postgresql:", "postgres:", "{")
_DATABASES = {
    "sqlite": "SQLite",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "oracle": "Oracle",
    "mssql": "SQL Server",
    "cockroachdb": "CockroachDB",
}
_MYSQL_URL = re.compile(r"^(mysql|mariadb)\+\w+")
_SQLITE_URL = re.compile(r"^sqlite(\+\w+)?:")
_ASYNC_MYSQL_DRIVERS = {"aiomysql", "asyncmy"}
_MYSQL_DRIVERS = {"aiomysql", "asyncmy", "pymysql", "mysqlclient", "mysql-connector-python"}
_POSTGRESQL_DRIVERS = {"asyncpg", "psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary"}
_OTHER_DRIVERS = {"aiosqlite", "psycopg", "aiomysql", "asyncmy", "aioodbc"}


@dataclass(frozen=True)
class Engine:
    """An engine, known by the call that makes it."""

    call: Node

    @property
    def is_async(self) -> bool:
        """Whether it is an async engine."""
        return self.call.called == _ASYNC

    @cached_property
    def url(self) -> str:
        """The URL if it, or its default, is a literal; else "".

        For an f-string it is the literal beginning.
        """
        return literal_url(self.call.argument(0, "url"))

    @cached_property
    def scheme(self) -> str:
        """What its URL begins with, such as "mysql+aiomysql:", as far as code tells; else ""."""
        branch = scheme_of_branch(self.call)
        written = scheme_of(self.call.argument(0, "url"))
        # of a URL that is one or the other, the branch knows which
        return branch if branch.startswith("sqlite") else written or branch

    @property
    def database(self) -> str:
        """The database's name, by its URL or the declared drivers; else PostgreSQL.

        It is "database" if drivers of several databases are declared.
        """
        for start, name in _DATABASES.items():
            if self.scheme.startswith(start):
                return name
        if not self.scheme and self.is_sqlite:
            return "SQLite"
        names = service_packages(self.call.program)
        if self.scheme or not (names & _MYSQL_DRIVERS or names_mysql(self.call.program)):
            return "PostgreSQL"
        return "database" if names & _POSTGRESQL_DRIVERS else "MySQL"

    @property
    def is_sqlite(self) -> bool:
        """Whether its URL is one of SQLite, or it has arguments that only SQLite's driver takes."""
        is_told = not self.scheme and bool(self.connect_arg("check_same_thread"))
        return is_told or self.scheme.startswith("sqlite")

    @property
    def is_asyncpg(self) -> bool:
        """Whether it is async and may use asyncpg: nothing names another driver."""
        if not self.is_async or self.scheme:
            return self.is_async and self.scheme.startswith(_ASYNCPG)
        known = packages(self.call.program)
        if names_mysql(self.call.program):
            return False
        if "asyncpg" in known:
            return not known & _ASYNC_MYSQL_DRIVERS  # nobody knows which of the two it is
        return not known & _OTHER_DRIVERS

    @property
    def may_be_sqlite(self) -> bool:
        """Whether its URL is chosen where the program runs, and code has one of SQLite.

        That of another engine, as in a script that checks something, is not for this one.
        """
        program = self.call.program
        of_others = {call.argument(0, "url") for call in program.calls_of(*MAKERS)}
        names = (name for name, _ in program.strings(_SQLITE_URL, "sqlite"))
        return not self.scheme and any(name not in of_others for name in names)

    @property
    def has_pool(self) -> bool:
        """Whether it keeps connections in a pool of several."""
        pool = self.call.keyword("poolclass").library_name
        return pool.rpartition(".")[2] not in _SINGLE

    def option(self, name: str) -> Node:
        """Return the value of a keyword argument, through names."""
        return self.call.keyword(name).value

    def number(self, name: str, default: int) -> int | None:
        """Return an integer option, or what it is where nothing is configured; None if unknown."""
        given = self.call.keyword(name)
        made = given.value
        read = made.args[0] if made.called == "builtins.int" and made.args else given
        value = given.constant if given else default
        value = default_of(read).constant if given and value is None else value
        text = value if isinstance(value, str) and value.isdecimal() else ""
        return int(text) if text else value if isinstance(value, int) else None

    def connect_arg(self, name: str) -> Node:
        """Return a value of `connect_args={...}` or `connect_args=dict(...)`."""
        given = self.option("connect_args")
        return given.entry(name) or given.keyword(name)

    @property
    def hides_options(self) -> bool:
        """Whether some options cannot be read: `**options`, or computed connect_args."""
        given = self.call.keyword("connect_args")
        if self.call.has_unpacking or not given:
            return self.call.has_unpacking
        if given.value.is_call:
            is_read = given.value.called == "builtins.dict"
        else:
            is_dict = isinstance(given.value.ast, ast.Dict)
            is_read = is_dict and all(key for key, _ in given.value.entries)
        return not is_read or _is_changed(given)


def _is_changed(name: Node) -> bool:
    """Say whether a variable's entries are set somewhere: `name["key"] = ...`, `name.update()`."""
    entries, methods = name.module.nodes(ast.Subscript), name.module.nodes(ast.Attribute)
    owners = [entry.value for entry in entries if isinstance(entry.ctx, ast.Store)]
    owners += [method.value for method in methods if method.attr == "update"]
    return any(isinstance(owner, ast.Name) and owner.id == name.name for owner in owners)


@fact
def engines(program: Program) -> list[Engine]:
    """Return the engines of the service, neither tests' nor tools'."""
    return [Engine(call) for call in program.calls_of(*MAKERS) if not call.module.is_tool]


def alternatives(engine: Engine) -> list[Engine]:
    """Return an engine, and those that other branches of its function give the same name."""
    call = engine.call
    names = {target.dotted for target in call.statement.targets} - {""}
    return [
        other
        for other in engines(call.program)
        if other == engine
        or (
            (other.call.module, other.call.function) == (call.module, call.function)
            and any(target.dotted in names for target in other.call.statement.targets)
        )
    ]


@fact
def names_mysql(program: Program) -> bool:
    """Say whether code names a MySQL driver: an engine with an unknown URL may use it."""
    return any(True for _ in program.strings(_MYSQL_URL, "mysql", "mariadb"))


@fact
def database(program: Program) -> str:
    """Return the name of the service's database: the first that is not SQLite, else SQLite."""
    names = [engine.database for engine in engines(program)] or ["PostgreSQL"]
    return next((name for name in names if name != "SQLite"), "SQLite")


@fact
def uses_async(program: Program) -> bool:
    """Say whether the program makes an async engine or imports AsyncSession."""
    return any(engine.is_async for engine in engines(program)) or any(
        alias.name == "AsyncSession"
        for module in program.modules
        if module.says("AsyncSession")
        for alias in module.nodes(ast.alias)
    )


@fact
def names_sqlite(program: Program) -> bool:
    """Say whether an engine or a setting outside tests is on SQLite by default."""
    if any(engine.url.startswith("sqlite") for engine in engines(program)):
        return True
    fields = (field for schema in settings(program) for field in schema.fields.values())
    return any(literal_url(field.default).startswith("sqlite") for field in fields)


@fact
def may_leave_sqlite(program: Program) -> bool:
    """Say whether the service also has an engine, or requires a driver, of another database."""
    others = _MYSQL_DRIVERS | _POSTGRESQL_DRIVERS
    is_other = any(engine.scheme and not engine.is_sqlite for engine in engines(program))
    return is_other or not others.isdisjoint(service_packages(program))
