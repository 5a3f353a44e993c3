"""Traces that go on in another process, a job's say."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

# Each suffices; the second is the whole address, with its path.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
tracer = trace.get_tracer(__name__)


def carrier() -> dict[str, str]:
    """Return what `continued` takes elsewhere: `traceparent`, or nothing outside of a trace."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


@contextmanager
def continued(headers: Mapping[str, str], name: str) -> Iterator[None]:
    """Make a span of what happens within, in the trace that these name, or in a new one."""
    context = propagate.extract(headers)
    with tracer.start_as_current_span(
        name, context, kind=SpanKind.CONSUMER, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield
        except Exception as exc:
            span.set_attribute("error.type", type(exc).__name__)
            span.set_status(StatusCode.ERROR)
            raise


@contextmanager
def exporting() -> Iterator[None]:
    """Send the spans of a process without FastAPI, a worker say; the last of them at the end."""
    if not any(map(os.environ.get, ENDPOINTS)):
        yield
        return
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()
