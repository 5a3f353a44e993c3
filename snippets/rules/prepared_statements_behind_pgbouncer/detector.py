"""Prepared statements on connections that PgBouncer hands to others."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_engines import is_asyncpg, literal_url, mentions
from fastapi_pro.auditing.libraries.sqlalchemy_models import Engine, engines
from fastapi_pro.auditing.model.legacy import Program, argument

_CACHES = ("statement_cache_size", "prepared_statement_cache_size")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine behind PgBouncer, or half prepared for it, that keeps statements."""
    for engine in program.fact(engines):
        if not is_asyncpg(program, engine) or engine.hides_options(program):
            continue
        own, other = (_is_off(program, engine, name) for name in _CACHES)
        if own and other:  # from asyncpg 0.31 that is enough
            continue
        if own:
            yield Hit(
                engine.module, engine.call,
                f"`{_CACHES[0]}=0` is half of what PgBouncer needs: without `{_CACHES[1]}=0`"
                " statements of several clients still meet on one server connection",
            )  # fmt: skip
        elif _names_pgbouncer(program, engine):
            yield Hit(
                engine.module, engine.call,
                "behind PgBouncer a prepared statement stays on a server connection that the next"
                " transaction may not get",
            )  # fmt: skip


def _is_off(program: Program, engine: Engine, name: str) -> bool:
    given = engine.connect_arg(program, name)
    if given is not None:
        return program.constant(given.module, given.node) == 0
    url = literal_url(program, engine.module, argument(engine.call, 0, "url"))
    return f"{name}=0" in url.replace("?", "&").split("&")


def _names_pgbouncer(program: Program, engine: Engine) -> bool:
    given = argument(engine.call, 0, "url")
    if given is None:
        return False
    value = program.value(engine.module, given)
    pattern = r"pg_?bouncer|:6432\b"
    return mentions(given, pattern) or (value is not None and mentions(value.node, pattern))
