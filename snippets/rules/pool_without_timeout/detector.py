"""A pool that somebody sized, and whose queue is left after 30 seconds."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine with `pool_size=` or `max_overflow=` and no `pool_timeout=`."""
    for engine in engines(program):
        given = engine.call.keywords
        is_sized = "pool_size" in given or "max_overflow" in given
        if not is_sized or "pool_timeout" in given or engine.call.has_unpacking:
            continue
        if engine.has_pool and not engine.is_sqlite and not _is_of_function(engine.call):
            yield engine.call.hit(
                "when this pool is full each request waits 30 seconds before it fails: there is"
                " no pool_timeout"
            )


def _is_of_function(call: Node) -> bool:
    """Say whether a function makes an engine for itself alone: no requests wait for its pool."""
    function, names = call.function, {target.name for target in call.parent.targets} - {""}
    if not function or not names or any(function.own(ast.Yield, ast.YieldFrom, ast.Global)):
        return False
    reads = [read for read in function.walk(ast.Name) if read.is_read and read.name in names]
    return bool(reads) and all(
        read.parent.owner == read or read.parent.called == "builtins.hasattr" for read in reads
    )
