"""Pools that together want more connections than the database gives by default."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines
from fastapi_pro.auditing.libraries.starts import workers

_MOST = {"PostgreSQL": 97, "MySQL": 151, "MariaDB": 151}
"""The default max_connections; of PostgreSQL's 100 superusers keep 3."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine whose pool, times the workers that the program starts, is too much."""
    processes = workers(program) or 0
    for engine in engines(program):
        size, overflow = engine.number("pool_size", 5), engine.number("max_overflow", 10)
        if size is None or overflow is None:
            continue
        wanted = processes * (size + max(overflow, 0))
        most = _MOST.get(engine.database)
        if most is not None and wanted > most and engine.has_pool:
            yield engine.call.hit(
                f"{processes} workers x ({size} + {overflow}) may open {wanted} connections;"
                f" {engine.database} allows {most} by default"
            )
