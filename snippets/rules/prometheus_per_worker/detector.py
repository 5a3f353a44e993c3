"""Metrics of one worker out of several."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.launches import variables
from fastapi_pro.auditing.libraries.started import starts_running
from fastapi_pro.auditing.libraries.worker_counts import are_several, most_workers

_SERVED = (
    "prometheus_client.make_asgi_app", "prometheus_client.generate_latest",
    "prometheus_client.start_http_server", "prometheus_client.make_wsgi_app",
    "prometheus_client.exposition.generate_latest",
)  # fmt: skip
_READER = "opentelemetry.exporter.prometheus.PrometheusMetricReader"
_METRICS = {f"prometheus_client.{kind}" for kind in ("Counter", "Gauge", "Histogram", "Summary")}
_FOLDER = re.compile("MULTIPROC_DIR", re.IGNORECASE)
_INSTRUMENTATOR = "prometheus_fastapi_instrumentator.Instrumentator"

_UNSHARED = "PrometheusMetricReader does not read PROMETHEUS_MULTIPROC_DIR"
_PUSH = "Push with `OTLPMetricExporter` to a collector, each worker with its `service.instance.id`"


def detect(program: Program) -> Iterator[Hit]:
    """Yield where metrics are served, in a program that starts several workers."""
    for served in _served(program):
        serving = starts_running(served)
        if not are_several(program, serving):
            continue
        if _shares(program):
            return
        is_read = _is_of_opentelemetry(program)
        yield served.hit(
            "with several workers, each scrape shows the counters of only one of them:"
            f" {_UNSHARED if is_read else 'PROMETHEUS_MULTIPROC_DIR is not set'}",
            severity="low" if (most_workers(program, serving) or 1) < 2 else "",
            fix=_PUSH if is_read else "",
        )
        return


def _is_of_opentelemetry(program: Program) -> bool:
    """Say whether all metrics are OpenTelemetry's, whose reader takes no folder."""
    has_reader = any(True for _ in program.calls_of(_READER))
    return has_reader and not any(True for _ in program.calls_of(*_METRICS))


def _served(program: Program) -> Iterator[Node]:
    """Yield the places that show metrics to a scrape."""
    for module in program.code:
        yield from program.calls_in(module, *_SERVED)
        if "expose" in module.calls_by_name:
            yield from program.calls_in(module, _INSTRUMENTATOR)


def _shares(program: Program) -> bool:
    """Say whether anything is about the folder that workers share."""
    if any(module.mentions("MultiProcessCollector", "multiprocess") for module in program.code):
        return True
    if any(_FOLDER.search(variable.name) for variable in variables(program)):
        return True
    return any(program.strings(_FOLDER, "MULTIPROC_DIR", "multiproc_dir"))
