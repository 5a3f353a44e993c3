"""Metrics of one worker out of several."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.deployment import computes_workers, workers
from fastapi_pro.auditing.libraries.legacy_call_graph import commands
from fastapi_pro.auditing.model.legacy import Module, Program, keyword

_SERVED = (
    "prometheus_client.make_asgi_app", "prometheus_client.generate_latest",
    "prometheus_client.start_http_server", "prometheus_client.make_wsgi_app",
    "prometheus_client.exposition.generate_latest",
)  # fmt: skip
_INSTRUMENTATOR = "prometheus_fastapi_instrumentator.Instrumentator"


def detect(program: Program) -> Iterator[Hit]:
    """Yield where metrics are served, in a program that starts several workers."""
    served = _served(program)
    if served is not None and _starts_several(program) and not _shares(program):
        yield Hit(
            *served,
            "with several workers each scrape shows the counters of the one that answers:"
            " PROMETHEUS_MULTIPROC_DIR is set nowhere",
        )


def _served(program: Program) -> tuple[Module, ast.Call] | None:
    """Return the first place that shows metrics to a scrape."""
    for module in program.code:
        served = next(program.calls(module, *_SERVED), None)
        if served is None and module.calls_by_name.get("expose"):
            served = next(program.calls(module, _INSTRUMENTATOR), None)
        if served is not None:
            return module, served
    return None


def _starts_several(program: Program) -> bool:
    for module, call in commands(program):
        given = keyword(call, "workers")
        if given is None:
            continue
        value = program.constant(module, given)
        if value is None or (isinstance(value, int) and value > 1):
            return not (isinstance(given, ast.Constant) and given.value is None)
    return (workers(program) or 1) > 1 or computes_workers(program)


def _shares(program: Program) -> bool:
    """Say whether anything is about the folder that workers share."""
    for module in program.code:
        for constant in module.nodes(ast.Constant):
            if isinstance(constant.value, str) and "MULTIPROC_DIR" in constant.value.upper():
                return True
        if any(a.attr == "MultiProcessCollector" for a in module.nodes(ast.Attribute)):
            return True
        if any(
            a.name in ("MultiProcessCollector", "multiprocess") for a in module.nodes(ast.alias)
        ):
            return True
    return False
