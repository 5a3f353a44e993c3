"""A pool that somebody sized, and whose queue is left after 30 seconds."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_engines import has_pool, is_sqlite
from fastapi_pro.auditing.libraries.sqlalchemy_models import engines
from fastapi_pro.auditing.model.legacy import Program, has_unpacking, keyword


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine with `pool_size=` or `max_overflow=` and no `pool_timeout=`."""
    for engine in program.fact(engines):
        call = engine.call
        sized = [n for n in ("pool_size", "max_overflow") if keyword(call, n) is not None]
        if not sized or keyword(call, "pool_timeout") is not None or has_unpacking(call):
            continue
        if has_pool(program, engine) and not is_sqlite(program, engine):
            yield Hit(
                engine.module, call,
                "when this pool is full each request waits 30 seconds before it fails: there is"
                " no pool_timeout",
            )  # fmt: skip
