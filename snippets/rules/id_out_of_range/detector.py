"""An integer from the request that reaches an integer column without an upper bound."""

import ast
import math
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.deployment import requirements
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.request_values import Input, inputs
from fastapi_pro.auditing.libraries.sqlalchemy_engines import url_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    engines,
    model_named,
    model_selected,
    uses_async,
)
from fastapi_pro.auditing.libraries.sqlalchemy_paging import is_statement
from fastapi_pro.auditing.model.legacy import Module, Program, argument, is_session

_LARGEST = 2**63 - 1  # what a bigint holds
_ID = re.compile(r"(^|_)id$")
_WHERE = ("where", "filter", "having")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that are looked up unbounded: the first for each column.

    Those of one module that are compared with one column want the same alias.
    """
    if not program.fact(_refuses_large):
        return
    found: dict[tuple[Module, str], list[Input]] = defaultdict(list)
    seen: set[ast.AST] = set()
    for module in program.code:
        for value, column in _compared(program, module):
            for given in inputs(program, module, value):
                if given.node not in seen and _is_unbounded(program, given):
                    seen.add(given.node)
                    found[given.module, column].append(given)
    for (module, column), group in found.items():
        first, *others = sorted(group, key=lambda given: given.node.lineno)
        more = f", like {len(others)} more below," if others else ""
        yield Hit(
            module, first.node,
            f"`{first.name}` of `{first.owner}`{more} has no upper bound and is compared with"
            f" {column}: a number that the column cannot hold is a 500",
        )  # fmt: skip


def _refuses_large(program: Program) -> bool:
    """Say whether a driver in use refuses a number that is compared with a smaller column.

    asyncpg, psycopg 3 and SQLite's do; psycopg2 and MySQL's find no row.
    """
    names = {requirement.name for requirement in program.fact(requirements)}
    names |= {alias.name.partition(".")[0] for m in program.code for alias in m.nodes(ast.alias)}
    if names & {"asyncpg", "aiosqlite"}:
        return True
    if names & {"psycopg", "psycopg-binary"} and not names & {"psycopg2", "psycopg2-binary"}:
        return True
    urls = [url_of(program, engine) for engine in program.fact(engines)]
    if any(url.startswith(("sqlite", "postgresql+psycopg:", "postgresql+asyncpg")) for url in urls):
        return True
    return program.fact(uses_async) and not names & {"aiomysql", "asyncmy", "aioodbc"}


def _is_unbounded(program: Program, given: Input) -> bool:
    if isinstance(given.node, ast.AnnAssign) and not _ID.search(given.name):
        return False
    bound = upper_bound(program, given)
    return bound == math.inf or (bound is not None and bound > _LARGEST)


def _compared(program: Program, module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Yield the expressions that are compared with an integer column, and the column's name."""
    for call in module.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in ("get", "get_one"):
            yield from _got(program, module, call, call.func.value)
        elif call.func.attr == "filter_by":
            model = model_selected(program, module, call.func.value)
            for given in call.keywords if model is not None else ():
                assert model is not None
                column = model.columns.get(given.arg or "")
                if column is not None and column.is_integer:
                    yield given.value, f"`{model.name}.{column.name}`"
    for compare in module.nodes(ast.Compare):
        if len(compare.ops) == 1 and isinstance(compare.ops[0], ast.Eq):
            sides = (compare.left, compare.comparators[0])
            for named, value in (sides, sides[::-1]):
                name = _column(program, module, compare, named)
                if name:
                    yield value, name


def _got(
    program: Program, module: Module, call: ast.Call, owner: ast.expr
) -> Iterator[tuple[ast.expr, str]]:
    """Yield the key of `session.get(Model, key)` and of `session.query(Model).get(key)`."""
    model = model_named(program, module, argument(call, 0, "entity"))
    key = argument(call, 1, "ident")
    if model is None and len(call.args) == 1:
        model, key = model_selected(program, module, owner), call.args[0]
    found = program.value(module, owner)
    if key is None or (found is not None and isinstance(found.node, ast.Dict)):
        return
    if model is not None:
        primary = [c for c in model.columns.values() if c.flag("primary_key")]
        if len(primary) == 1 and primary[0].is_integer:
            yield key, f"`{model.name}.{primary[0].name}`"
    elif len(call.args) > 1 and _is_generic(call.args[0]) and is_session(program, module, owner):
        yield key, "the primary key"


def _column(program: Program, module: Module, compare: ast.Compare, named: ast.expr) -> str | None:
    """Return the name of an integer column, for the message."""
    if not isinstance(named, ast.Attribute):
        return None
    model = model_named(program, module, named.value)
    if model is not None:
        column = model.columns.get(named.attr)
        is_integer = column is not None and column.is_integer
        return f"`{model.name}.{named.attr}`" if is_integer else None
    call = module.parent(compare)
    if (
        _ID.search(named.attr) and _is_generic(named.value)
        and isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        and call.func.attr in _WHERE and is_statement(program, module, call.func.value)
    ):  # fmt: skip
        return f"the column `{named.attr}`"
    return None


def _is_generic(expr: ast.expr) -> bool:
    """Say whether an expression is `self.model`: a repository's, whose model is not known."""
    return (
        isinstance(expr, ast.Attribute) and isinstance(expr.value, ast.Name)
        and expr.value.id in ("self", "cls") and "model" in expr.attr.lower()
    )  # fmt: skip
