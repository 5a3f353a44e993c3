"""A pool that somebody sized, and whose queue is left after 30 seconds."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine with `pool_size=` or `max_overflow=` and no `pool_timeout=`."""
    for engine in engines(program):
        given = engine.call.keywords
        is_sized = "pool_size" in given or "max_overflow" in given
        if not is_sized or "pool_timeout" in given or engine.call.has_unpacking:
            continue
        if engine.has_pool and not engine.is_sqlite:
            yield engine.call.hit(
                "when this pool is full each request waits 30 seconds before it fails: there is"
                " no pool_timeout"
            )
