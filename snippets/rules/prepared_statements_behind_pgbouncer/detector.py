"""Prepared statements on connections that PgBouncer hands to others."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.model.source_text import mentions

_CACHES = ("statement_cache_size", "prepared_statement_cache_size")
_POOLERS = ("pgbouncer", "PgBouncer", "PGBOUNCER", "pg_bouncer", ":6432", "pooler")
_POOLED = re.compile(r"pg_?bouncer|pooler|\b6432\b|\b6543\b", re.IGNORECASE)
_DIRECT = r"(^|[._])(direct|unpooled|non_?pooling)([._]|$)"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine behind PgBouncer, or half prepared for it, that keeps statements."""
    for engine in engines(program):
        if not engine.is_asyncpg or engine.hides_options or _is_direct(engine):
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


def _is_direct(engine: Engine) -> bool:
    """Say whether the URL leads past the pooler: `URL.replace("6432", "5432")`, `DIRECT_URL`."""
    url = engine.call.argument(0, "url")
    if any(mentions(written, _DIRECT) for written in (url, url.value)):
        return True
    for call in (*url.walk(ast.Call), *url.value.walk(ast.Call)):
        old, new = call.argument(0, "old").constant, call.argument(1, "new").constant
        is_text = isinstance(old, str) and isinstance(new, str)
        if call.member == "replace" and is_text and _POOLED.search(old) and not _POOLED.search(new):
            return True
    return False


def _names_a_pooler(program: Program) -> bool:
    return any(module.says(*_POOLERS) for module in program.code)
