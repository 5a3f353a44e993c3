"""Pools that together want more connections than PostgreSQL gives by default."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines
from fastapi_pro.auditing.libraries.starts import workers

_MOST = 97
"""PostgreSQL's default max_connections of 100, less the 3 that superusers keep."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine whose pool, times the workers that the program starts, is too much."""
    processes = workers(program) or 0
    for engine in engines(program):
        size, overflow = engine.number("pool_size", 5), engine.number("max_overflow", 10)
        if size is None or overflow is None:
            continue
        wanted = processes * (size + max(overflow, 0))
        if wanted > _MOST and engine.has_pool and not engine.is_sqlite:
            yield engine.call.hit(
                f"{processes} workers x ({size} + {overflow}) may open {wanted} connections;"
                f" PostgreSQL gives {_MOST} unless told otherwise"
            )
