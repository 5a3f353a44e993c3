"""A program's engines, and what they connect to, as far as literals and declarations tell."""

import ast
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.libraries.deployment import packages
from fastapi_pro.auditing.libraries.pydantic import schema_of, settings
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_ASYNC = "sqlalchemy.ext.asyncio.create_async_engine"
MAKERS = (_ASYNC, "sqlalchemy.create_engine")
"""What makes an engine."""
_SINGLE = ("NullPool", "StaticPool", "AssertionPool")
_ASYNCPG = ("postgresql+asyncpg", "postgresql://", "postgres://", "{")
_OTHER_DRIVERS = {"psycopg", "aiomysql", "asyncmy", "aioodbc"}
_REFUSING_URLS = ("sqlite", "postgresql+psycopg:", "postgresql+asyncpg")
_GETENV = ("os.environ.get", "os.getenv")
_WRAPPERS = ("builtins.str", "sqlalchemy.make_url", "sqlalchemy.url.make_url")
_URL = ("sqlalchemy.URL.create", "sqlalchemy.url.URL.create")


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
        """The URL where it, or the default behind it, is a literal; else "".

        Of an f-string it is the literal beginning.
        """
        return literal_url(self.call.argument(0, "url"))

    @property
    def is_sqlite(self) -> bool:
        """Whether its URL is a literal of SQLite."""
        return self.url.startswith("sqlite")

    @property
    def is_asyncpg(self) -> bool:
        """Whether it is async and may use asyncpg: nothing names another driver."""
        if not self.is_async or self.url:
            return self.is_async and self.url.startswith(_ASYNCPG)
        known = packages(self.call.program)
        return "asyncpg" in known or not known & _OTHER_DRIVERS

    @property
    def has_pool(self) -> bool:
        """Whether it keeps connections in a pool of several."""
        pool = self.call.keyword("poolclass").library_name
        return pool.rpartition(".")[2] not in _SINGLE

    def option(self, name: str) -> Node:
        """Return the value of a keyword argument, through names."""
        return self.call.keyword(name).value

    def number(self, name: str, default: int) -> int | None:
        """Return an integer option; None where it is given and no literal."""
        given = self.call.keyword(name)
        value = given.constant if given else default
        return value if isinstance(value, int) else None

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
    if any(engine.is_sqlite for engine in engines(program)):
        return True
    fields = (field for schema in settings(program) for field in schema.fields.values())
    return any(literal_url(field.default).startswith("sqlite") for field in fields)


@fact
def refuses_large_numbers(program: Program) -> bool:
    """Say whether a driver in use refuses a number that is compared with a smaller column.

    asyncpg, psycopg 3 and SQLite's do; psycopg2 and MySQL's find no row.
    """
    names = packages(program)
    if names & {"asyncpg", "aiosqlite"}:
        return True
    if names & {"psycopg", "psycopg-binary"} and not names & {"psycopg2", "psycopg2-binary"}:
        return True
    if any(engine.url.startswith(_REFUSING_URLS) for engine in engines(program)):
        return True
    return uses_async(program) and not names & {"aiomysql", "asyncmy", "aioodbc"}


def literal_url(expr: Node, depth: int = 0) -> str:
    """Return a URL that is written in the code, or "": names and defaults are followed."""
    found = expr.value or setting_default(expr)
    if depth > limits.NAMES:
        return ""
    match found.ast:
        case ast.Constant(value=str(url)) | ast.JoinedStr(values=[ast.Constant(value=url), *_]):
            return str(url)
        case ast.BoolOp(values=values):
            return literal_url(found.at(values[-1]), depth + 1)
    if found.called in _GETENV:
        return literal_url(found.argument(1, "default"), depth + 1)
    if found.called in _WRAPPERS and found.args:
        return literal_url(found.args[0], depth + 1)
    if found.called in _URL:
        driver = found.argument(0, "drivername").constant
        return f"{driver}://" if isinstance(driver, str) else ""
    return ""


def setting_default(expr: Node) -> Node:
    """Return the default of the settings field that `settings.name` reads."""
    schema = schema_of(expr.owner.type)
    field = schema.fields.get(expr.member) if schema and schema.is_settings else None
    if field is None:
        return expr.at(None)
    return field.default.argument(0, "default") if field.default.is_call else field.default
