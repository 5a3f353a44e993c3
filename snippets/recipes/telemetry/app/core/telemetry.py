"""Traces of requests and their queries, sent where OTEL_EXPORTER_OTLP_ENDPOINT says."""

from weakref import WeakKeyDictionary

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.engine.interfaces import ExecutionContext
from structlog.types import EventDict, WrappedLogger

tracer = trace.get_tracer(__name__)
_queries: WeakKeyDictionary[ExecutionContext, Span] = WeakKeyDictionary()

# FastAPI sets the SDK up when the lifespan starts, so in each worker, and flushes when it ends.
TELEMETRY: TelemetryConfig = {
    "auto_configure": True,
    "exclude": lambda scope: scope.get("path") in {"/healthz", "/metrics"},
    "logs": False,  # they would carry the messages of exceptions
    "metrics": False,  # Prometheus has them
    "operation_spans": False,  # they would count an expected AppError, a 409 say, as an error
}


def add_trace_ids(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Add trace id and span id to a line that is logged within a span."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = trace.format_trace_id(context.trace_id)
        line["span_id"] = trace.format_span_id(context.span_id)
    return line


@event.listens_for(Engine, "before_cursor_execute")
def _start_query(
    connection: Connection,
    _cursor: object,
    statement: str,
    _values: object,
    context: ExecutionContext,
    *_: object,
) -> None:
    """Make a span of a query within a span; alone, as in a health check, it is no trace."""
    if trace.get_current_span().is_recording():
        attributes = {"db.system.name": connection.dialect.name, "db.query.text": statement}
        name = statement.split(maxsplit=1)[0]
        _queries[context] = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)


@event.listens_for(Engine, "after_cursor_execute")
def _end_query(
    _connection: object,
    _cursor: object,
    _text: str,
    _values: object,
    context: ExecutionContext,
    *_: object,
) -> None:
    if span := _queries.pop(context, None):
        span.end()


@event.listens_for(Engine, "handle_error")
def _fail_query(failure: ExceptionContext) -> None:
    context = failure.execution_context
    if context and (span := _queries.pop(context, None)):
        # Not the message, which quotes values: "invalid input for query argument ...: 'a secret'".
        span.set_attribute("error.type", type(failure.original_exception).__name__)
        span.set_status(StatusCode.ERROR)
        span.end()
