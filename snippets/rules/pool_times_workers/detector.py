"""Pools that together want more connections than the database gives."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program, fact
from fastapi_pro.auditing.libraries.command_lines import is_outside_service
from fastapi_pro.auditing.libraries.launches import variables
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.libraries.started import starts_running
from fastapi_pro.auditing.libraries.worker_counts import most_workers
from fastapi_pro.auditing.sources.spots import source
from fastapi_pro.messages import counted

_MOST = {"PostgreSQL": 100, "MySQL": 151, "MariaDB": 151}
"""The default max_connections."""
_KEPT = {"PostgreSQL": 3}
"""How many of them are kept for superusers."""
_TOLD = re.compile(r"(?<!\w)max[_-]connections['\"]?[=: ]+['\"]?(\d+)")
_POOLER = re.compile(
    r"postgres\w*(?:\+\w+)?://(?:.*@)?[^/@]*(?:pgbouncer|pgcat|pgpool|odyssey|pooler|\.proxy-)",
    re.IGNORECASE,
)
"""A URL whose host is a pooler of PostgreSQL's connections."""
_TIDB = re.compile("tidb", re.IGNORECASE)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine whose pool, times the workers that the program starts, is too much."""
    for engine in engines(program):
        if is_outside_service(engine.call):
            continue  # a script's own connections, before or beside the workers
        size, overflow = engine.number("pool_size", 5), engine.number("max_overflow", 10)
        if size is None or overflow is None:
            continue
        processes = most_workers(program, starts_running(engine.call)) or 0
        wanted = processes * (size + max(overflow, 0))
        name, told = engine.database, _told(program)
        if wanted <= 0 or name not in _MOST or (name == "MySQL" and _is_tidb(program)):
            continue
        most = (told or _MOST[name]) - _KEPT.get(name, 0)
        if wanted > most and engine.has_pool and not _is_pooled(engine):
            yield engine.call.hit(
                f"{counted(processes, 'worker')} x ({size} + {overflow}) may open {wanted}"
                f" connections; {name} allows {most}" + ("" if told else " by default")
            )


def _is_pooled(engine: Engine) -> bool:
    """Say whether an engine may connect to a pooler such as PgBouncer, which has its own limit."""
    given = (variable.value.text for variable in variables(engine.call.program))
    return any(_POOLER.match(url) for url in ([engine.url] if engine.url else given))


@fact
def _told(program: Program) -> int | None:
    """Return the `max_connections` that a file beside the code gives the server."""
    found = (_TOLD.search(source(path).text) for path in program.files)
    return next((int(match[1]) for match in found if match), None)


@fact
def _is_tidb(program: Program) -> bool:
    """Say whether code or files name TiDB: it speaks as MySQL does and has other limits."""
    is_in_code = bool(program.saying("tidb", "TiDB", "TIDB"))
    return is_in_code or any(_TIDB.search(source(path).text) for path in program.files)
