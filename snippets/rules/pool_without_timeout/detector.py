"""A pool that somebody sized, and whose queue is left after 30 seconds."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.command_lines import is_outside_service
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions, starting_functions
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engines_of
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.libraries.starts import runs_on_lambda


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine with `pool_size=` or `max_overflow=` and no `pool_timeout=`."""
    if runs_on_lambda(program):
        return  # one request at a time waits for no other
    for engine in engines(program):
        given = engine.call.keywords
        is_sized = "pool_size" in given or "max_overflow" in given
        if not is_sized or "pool_timeout" in given or engine.call.has_unpacking:
            continue
        is_of_requests = not _is_private(engine) and not is_outside_service(engine.call)
        if engine.has_pool and not engine.is_sqlite and is_of_requests and not _is_others(engine):
            yield engine.call.hit(
                "no pool_timeout is set: when this pool is full, each request waits 30 seconds"
                " before it fails"
            )


def _is_others(engine: Engine) -> bool:
    """Say whether workers alone use an engine or nobody, as requests are seen to use another."""
    program = engine.call.program
    running = request_functions(program)
    asked = engines_of(running)
    if not asked or engine in asked:
        return False
    others = [f for f in program.functions if f not in running]
    return engine in engines_of(others) or _is_made_elsewhere(engine) or not _is_read(engine.call)


def _is_made_elsewhere(engine: Engine) -> bool:
    """Say whether a worker makes an engine when it starts: no request does, and no application."""
    program = engine.call.program
    serving = request_functions(program) | starting_functions(program)
    seen: set[Node] = set()
    queue = [engine.call]
    while queue:
        function = queue.pop().function
        if not function or function in serving:
            return False
        if function not in seen:
            seen.add(function)
            queue += function.callers
    return True


def _is_read(made: Node) -> bool:
    """Say whether code reads the variable of what is made, or of what is made of that."""
    names = [target.name for target in made.statement.targets]
    if made.function or len(names) != 1 or not names[0]:
        return True
    for named in made.program.naming(names[0]):
        if named.is_read:
            is_made_of = named.module is made.module and named.statement.targets
            if not is_made_of or named.function or _is_read(named):
                return True
    return False


def _is_private(engine: Engine) -> bool:
    """Say whether an engine serves one task: its function disposes of it, and nobody else waits.

    A function that yields may be the lifespan; there one connection alone is a task's own.
    """
    function = engine.call.function
    names = {target.name for target in engine.call.parent.targets}
    calls = function.calls if function else []
    disposals = [c for c in calls if c.member == "dispose" and c.owner.name in names]
    is_disposed = any(not _is_after_failure(call) for call in disposals)
    return is_disposed and (not function.is_generator or engine.number("pool_size", 5) == 1)


def _is_after_failure(call: Node) -> bool:
    return any(isinstance(above.ast, ast.ExceptHandler) for above in call.ancestors)
