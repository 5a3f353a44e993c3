"""What a program's engines connect to, as far as literals and declarations tell."""

import ast
import re

from fastapi_pro.auditing.libraries.deployment import requirements
from fastapi_pro.auditing.libraries.pydantic import fields, is_settings, schemas
from fastapi_pro.auditing.libraries.sqlalchemy_models import Engine, engines
from fastapi_pro.auditing.model.legacy import At, Module, Program, argument, keyword, type_of

_POOLS = ("NullPool", "StaticPool", "AssertionPool")


def is_asyncpg(program: Program, engine: Engine) -> bool:
    """Say whether an async engine may use asyncpg: nothing names another driver."""
    if not engine.is_async:
        return False
    if url := url_of(program, engine):
        return url.startswith(("postgresql+asyncpg", "postgresql://", "postgres://", "{"))
    imported = {alias.name for m in program.code for alias in m.nodes(ast.alias)}
    names = {r.name for r in program.fact(requirements)} | imported
    others = {"psycopg", "aiomysql", "asyncmy", "aioodbc"} & names
    return "asyncpg" in names or not others


def url_of(program: Program, engine: Engine) -> str:
    """Return the URL of an engine where it, or the default behind it, is a literal; else "".

    Of an f-string the literal beginning is returned.
    """
    return literal_url(program, engine.module, argument(engine.call, 0, "url"))


def literal_url(program: Program, module: Module, expr: ast.AST | None, depth: int = 0) -> str:
    """Return a URL that is written in the code, or "": names and defaults are followed."""
    found = program.value(module, expr)
    if found is None and isinstance(expr, ast.Attribute):
        found = setting_default(program, module, expr)
    if found is None or depth > 5:
        return ""
    node = found.node
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    if isinstance(node, ast.BoolOp):
        return literal_url(program, found.module, node.values[-1], depth + 1)
    if isinstance(node, ast.Call):
        name = program.name_of(found.module, node.func)
        if name in ("os.environ.get", "os.getenv"):
            return literal_url(program, found.module, argument(node, 1, "default"), depth + 1)
        if name in ("builtins.str", "sqlalchemy.make_url", "sqlalchemy.url.make_url") and node.args:
            return literal_url(program, found.module, node.args[0], depth + 1)
        if name in ("sqlalchemy.URL.create", "sqlalchemy.url.URL.create"):
            driver = program.constant(found.module, argument(node, 0, "drivername"))
            return f"{driver}://" if isinstance(driver, str) else ""
    return ""


def setting_default(program: Program, module: Module, expr: ast.Attribute) -> At | None:
    """Return the default of the settings field that `settings.name` reads."""
    owner = type_of(program, module, expr.value)
    if not isinstance(owner, At) or not is_settings(program, owner):
        return None
    declared = fields(program, owner).get(expr.attr)
    if declared is None or declared.default is None:
        return None
    if isinstance(declared.default, ast.Call):
        default = argument(declared.default, 0, "default")
        return At(declared.module, default) if default is not None else None
    return At(declared.module, declared.default)


def is_sqlite(program: Program, engine: Engine) -> bool:
    """Say whether an engine's URL is a literal of SQLite."""
    return url_of(program, engine).startswith("sqlite")


def names_sqlite(program: Program) -> bool:
    """Say whether an engine or a setting outside tests is on SQLite by default; for `fact`."""
    if any(is_sqlite(program, engine) for engine in program.fact(engines)):
        return True
    for cls in program.fact(schemas):
        if is_settings(program, cls):
            for declared in fields(program, cls).values():
                if literal_url(program, declared.module, declared.default).startswith("sqlite"):
                    return True
    return False


def has_pool(program: Program, engine: Engine) -> bool:
    """Say whether an engine keeps connections in a pool of several."""
    given = keyword(engine.call, "poolclass")
    return program.name_of(engine.module, given).rpartition(".")[2] not in _POOLS


def number(program: Program, engine: Engine, name: str, default: int) -> int | None:
    """Return an integer option of an engine; None where it is given and no literal."""
    given = keyword(engine.call, name)
    if given is None:
        return default
    value = program.constant(engine.module, given)
    return value if isinstance(value, int) else None


def mentions(node: ast.AST, pattern: str) -> bool:
    """Say whether a name or a string in an expression matches a pattern, in any case."""
    for part in ast.walk(node):
        text = (
            part.id
            if isinstance(part, ast.Name)
            else part.attr
            if isinstance(part, ast.Attribute)
            else part.value
            if isinstance(part, ast.Constant)
            else ""
        )
        if isinstance(text, str) and re.search(pattern, text, re.IGNORECASE):
            return True
    return False
