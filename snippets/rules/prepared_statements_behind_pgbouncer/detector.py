"""Prepared statements on connections that PgBouncer hands to others."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.model.source_text import mentions

_CACHES = ("statement_cache_size", "prepared_statement_cache_size")
_POOLERS = ("pgbouncer", "PgBouncer", "PGBOUNCER", "pg_bouncer", ":6432", "pooler")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine behind PgBouncer, or half prepared for it, that keeps statements."""
    for engine in engines(program):
        if not engine.is_asyncpg or engine.hides_options:
            continue
        own, other = (_is_off(engine, name) for name in _CACHES)
        if own and other:  # from asyncpg 0.31 that is enough
            continue
        if own:
            yield engine.call.hit(
                f"`{_CACHES[0]}=0` alone does not help behind PgBouncer: without"
                f" `{_CACHES[1]}=0`, several clients still use the same statement names on one"
                " server connection",
                severity="" if _names_a_pooler(program) else "medium",
            )
        elif _names_pgbouncer(engine):
            yield engine.call.hit(
                "behind PgBouncer, the next transaction may get another server connection, which"
                " does not have the prepared statement"
            )


def _is_off(engine: Engine, name: str) -> bool:
    if given := engine.connect_arg(name):
        return given.constant == 0
    return f"{name}=0" in engine.url.replace("?", "&").split("&")


def _names_pgbouncer(engine: Engine) -> bool:
    url = engine.call.argument(0, "url")
    return any(mentions(written, r"pg_?bouncer|:6432\b") for written in (url, url.value))


def _names_a_pooler(program: Program) -> bool:
    return any(module.says(*_POOLERS) for module in program.code)
