"""Metrics of one worker out of several."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.deployment import computes_workers, workers
from fastapi_pro.auditing.libraries.fastapi_requests import commands

_SERVED = (
    "prometheus_client.make_asgi_app", "prometheus_client.generate_latest",
    "prometheus_client.start_http_server", "prometheus_client.make_wsgi_app",
    "prometheus_client.exposition.generate_latest",
)  # fmt: skip
_FOLDER = re.compile("MULTIPROC_DIR", re.IGNORECASE)
_INSTRUMENTATOR = "prometheus_fastapi_instrumentator.Instrumentator"


def detect(program: Program) -> Iterator[Hit]:
    """Yield where metrics are served, in a program that starts several workers."""
    served = next(_served(program), None)
    if served and _starts_several(program) and not _shares(program):
        yield served.hit(
            "with several workers each scrape shows the counters of the one that answers:"
            " PROMETHEUS_MULTIPROC_DIR is set nowhere"
        )


def _served(program: Program) -> Iterator[Node]:
    """Yield the places that show metrics to a scrape."""
    for module in program.code:
        yield from program.calls_in(module, *_SERVED)
        if "expose" in module.calls_by_name:
            yield from program.calls_in(module, _INSTRUMENTATOR)


def _starts_several(program: Program) -> bool:
    for command in commands(program):
        given = command.keyword("workers")
        count = given.constant
        if given and (count is None or (isinstance(count, int) and count > 1)):
            return not given.is_none
    return (workers(program) or 1) > 1 or computes_workers(program)


def _shares(program: Program) -> bool:
    """Say whether anything is about the folder that workers share."""
    if any(module.mentions("MultiProcessCollector", "multiprocess") for module in program.code):
        return True
    return any(program.strings(_FOLDER))
