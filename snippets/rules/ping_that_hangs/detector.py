"""An asyncpg engine that pings its connections, and nothing that limits how long a ping takes."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_engines import is_asyncpg
from fastapi_pro.auditing.libraries.sqlalchemy_models import engines
from fastapi_pro.auditing.model.legacy import Program, keyword


def detect(program: Program) -> Iterator[Hit]:
    """Yield each async engine with `pool_pre_ping=True` and no `command_timeout`."""
    for engine in program.fact(engines):
        if keyword(engine.call, "pool_pre_ping") is None or not is_asyncpg(program, engine):
            continue
        if program.constant(engine.module, keyword(engine.call, "pool_pre_ping")) is not True:
            continue
        if engine.hides_options(program) or engine.connect_arg(program, "command_timeout"):
            continue
        yield Hit(
            engine.module, engine.call,
            "over a connection that was dropped silently the ping waits without limit: there is"
            " no command_timeout",
        )  # fmt: skip
