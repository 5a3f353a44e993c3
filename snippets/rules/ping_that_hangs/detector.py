"""An asyncpg engine that pings its connections, and nothing that limits how long a ping takes."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines

_FIX_BESIDE_SQLITE = (
    '`connect_args={"timeout": 5, "command_timeout": 10}` for PostgreSQL alone: SQLite has no'
    " `command_timeout`"
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each async engine with `pool_pre_ping=True` and no `command_timeout`."""
    for engine in engines(program):
        pings = engine.call.keyword("pool_pre_ping").constant is True
        is_limited = engine.hides_options or engine.connect_arg("command_timeout")
        if pings and engine.has_pool and engine.is_asyncpg and not is_limited:
            yield engine.call.hit(
                "no command_timeout is set: on a connection that was dropped silently, the ping"
                " waits for many minutes",
                fix=_FIX_BESIDE_SQLITE if engine.may_be_sqlite else "",
            )
