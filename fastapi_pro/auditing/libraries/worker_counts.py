"""How many workers and instances serve."""

from collections.abc import Sequence

from fastapi_pro.auditing.libraries.launches import variables
from fastapi_pro.auditing.libraries.starts import Start, starts
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact


@fact
def workers(program: Program) -> int | None:
    """Return how many workers a start of the service runs, None if no start says it."""
    return most_workers(program, starts(program))


def most_workers(program: Program, some: Sequence[Start]) -> int | None:
    """Return the largest number of workers of these starts, None if nothing says it."""
    counts = [count for start in some if (count := _count(start)) is not None]
    if counts:
        return max(counts)
    given = [v.value.text for v in variables(program) if v.name == "WEB_CONCURRENCY"]
    return next((int(text) for text in given if text.isdecimal()), None)


def _compute_workers(some: Sequence[Start]) -> bool:
    """Say whether the number of CPUs or a setting decides how many workers a start has."""
    given = (start.option("workers") for start in some if not start.is_development)
    return any(option is not None and option.value is None for option in given)


@fact
def runs_several(program: Program) -> bool:
    """Say whether several processes serve: workers, or replicas."""
    return are_several(program, starts(program))


def are_several(program: Program, some: Sequence[Start]) -> bool:
    """Say whether several processes serve by these starts."""
    counts = [s.launch.replicas for s in some if s.launch and not s.is_development]
    return max([*counts, most_workers(program, some) or 1]) > 1 or _compute_workers(some)


@fact
def runs_one(program: Program) -> bool:
    """Say whether every start says that it has one worker, and none has replicas."""
    serving = [start for start in starts(program) if not start.is_development]
    return bool(serving) and all(map(_is_of_one, serving)) and not runs_several(program)


@fact
def starts_one(program: Program) -> bool:
    """Say whether every start has one worker, by its options or by the server's default."""
    serving = [start for start in starts(program) if not start.is_development]
    return bool(serving) and not runs_several(program) and all(map(_is_alone, serving))


def _is_alone(start: Start) -> bool:
    is_default = start.launch is not None and start.launch.kind != "script" and not start.is_open
    return _is_of_one(start) or (is_default and start.option("workers") is None)


def _is_of_one(start: Start) -> bool:
    """Say whether a start has one worker: with an application object, more are impossible."""
    if workers := start.option("workers"):
        return workers.number == 1
    if not isinstance(start.place, Node) or start.is_open:
        return False
    if start.place.called == "uvicorn.Config":
        return True
    return not isinstance(start.place.argument(0, "app").constant, str)


def _count(start: Start) -> int | None:
    if start.is_development:
        return None
    option = start.option("workers")
    return option.number if option else None
