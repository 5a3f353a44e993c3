"""Pools that together want more connections than PostgreSQL gives by default."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.deployment import workers
from fastapi_pro.auditing.libraries.legacy_call_graph import commands
from fastapi_pro.auditing.libraries.sqlalchemy_engines import has_pool, is_sqlite, number
from fastapi_pro.auditing.libraries.sqlalchemy_models import engines
from fastapi_pro.auditing.model.legacy import Program, keyword

_MOST = 97
"""PostgreSQL's default max_connections of 100, less the 3 that superusers keep."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine whose pool, times the workers that the program starts, is too much."""
    processes = _workers(program)
    if processes is None:
        return
    for engine in program.fact(engines):
        size = number(program, engine, "pool_size", 5)
        overflow = number(program, engine, "max_overflow", 10)
        if size is None or overflow is None or not has_pool(program, engine):
            continue
        wanted = processes * (size + max(overflow, 0))
        if wanted > _MOST and not is_sqlite(program, engine):
            yield Hit(
                engine.module, engine.call,
                f"{processes} workers x ({size} + {overflow}) may open {wanted} connections;"
                f" PostgreSQL gives {_MOST} unless told otherwise",
            )  # fmt: skip


def _workers(program: Program) -> int | None:
    for module, call in commands(program):
        value = program.constant(module, keyword(call, "workers"))
        if isinstance(value, int):
            return value
    return workers(program)
