"""Traces: what is in them and what is not, and that none is lost when a worker stops."""

import contextlib
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import Integer, literal, select
from sqlalchemy.exc import DBAPIError

from app.api.errors import add_exception_handlers
from app.core.db import create_engine
from app.core.errors import AppError
from app.core.job_traces import ENDPOINTS, carrier, continued
from clients import ADA, sign_up
from live import ROOT, LiveServer, live_server
from patience import patient, wait_until

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    """Keep all spans of this process; a provider is set once for all."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter, client: AsyncClient) -> InMemorySpanExporter:
    """Keep the spans of this test."""
    exporter.clear()
    return exporter


def trace_id(span: ReadableSpan) -> str:
    """Return the trace that a span is in."""
    return trace.format_trace_id(span.get_span_context().trace_id)


def span_id(span: ReadableSpan) -> int:
    """Return the id of a span."""
    return span.get_span_context().span_id


def parent_id(span: ReadableSpan) -> int | None:
    """Return the id of the span that a span is part of."""
    return span.parent.span_id if span.parent else None


def request_and_queries(spans: Sequence[ReadableSpan]) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """Return the one span of a request, and those of its queries."""
    [request] = [span for span in spans if span.kind is SpanKind.SERVER]
    return request, [span for span in spans if span.kind is SpanKind.CLIENT]


async def test_a_request_and_its_queries_are_one_trace(
    client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    await client.get("/api/v1/products", headers=PARENT)
    request, queries = request_and_queries(spans.get_finished_spans())
    assert request.name == "GET /api/v1/products"
    assert trace_id(request) == TRACE
    assert "SELECT" in [query.name for query in queries]
    for query in queries:
        assert parent_id(query) == span_id(request)


async def test_no_span_holds_a_value_and_no_expected_error_is_one(
    client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    await sign_up(client)
    assert (await client.post("/api/v1/users", json=ADA)).status_code == 409
    failed = [
        span for span in spans.get_finished_spans() if span.status.status_code is StatusCode.ERROR
    ]
    assert [span.name for span in failed] == ["INSERT"]  # the 409 itself is no error
    assert (failed[0].attributes or {})["error.type"] != ""
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "INSERT INTO users" in told
    for value in (ADA["email"], ADA["full_name"], "argon2"):
        assert value not in told


async def test_no_span_holds_a_value_that_the_error_of_the_database_quotes(
    exporter: InMemorySpanExporter, own_postgres_url: str
) -> None:
    exporter.clear()
    engine = create_engine(own_postgres_url, 1)
    with continued({}, "job"):
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError, match="hunter2"):
                await connection.execute(select(literal("hunter2", Integer)))
    await engine.dispose()
    [query] = [span for span in exporter.get_finished_spans() if span.name == "SELECT"]
    assert query.status.status_code is StatusCode.ERROR
    assert "hunter2" not in query.to_json()


async def test_the_query_string_is_in_the_span_but_for_signatures(
    client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    """So a token has no place there."""
    await client.get("/api/v1/products?token=hunter2&X-Amz-Signature=hunter3")
    request, _ = request_and_queries(spans.get_finished_spans())
    query = str((request.attributes or {})["url.query"])
    assert "token=hunter2" in query
    assert "hunter3" not in query


async def test_a_commit_has_no_span(
    exporter: InMemorySpanExporter, committing_client: AsyncClient
) -> None:
    exporter.clear()
    await sign_up(committing_client)
    names = {span.name for span in exporter.get_finished_spans()}
    assert "INSERT" in names
    assert "COMMIT" not in names


async def test_an_expected_error_is_one_in_the_span_of_an_endpoint(
    exporter: InMemorySpanExporter,
) -> None:
    """Why `operation_spans`, on by default, is off."""
    app = FastAPI()
    add_exception_handlers(app)

    @app.get("/")
    async def endpoint() -> None:
        raise AppError

    exporter.clear()
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/")).status_code == 400
    spans = exporter.get_finished_spans()
    assert len(spans) > 1
    assert StatusCode.ERROR in {span.status.status_code for span in spans}


async def test_what_is_asked_for_health_and_metrics_is_no_trace(
    client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/metrics")).status_code == 200
    assert spans.get_finished_spans() == ()


async def test_a_job_continues_the_trace_of_its_request(
    client: AsyncClient, spans: InMemorySpanExporter
) -> None:
    with continued(PARENT, "request"):
        kept = json.loads(json.dumps(carrier()))
    assert carrier() == {}  # outside of a trace
    with continued(kept, "job"):
        await client.get("/api/v1/products", headers=carrier())
    [request, *queries, called, job] = spans.get_finished_spans()
    assert {trace_id(span) for span in (request, *queries, called, job)} == {TRACE}
    assert parent_id(job) == span_id(request)
    assert parent_id(called) == span_id(job)


def test_a_job_that_fails_tells_the_kind_of_error_only(exporter: InMemorySpanExporter) -> None:
    exporter.clear()
    with contextlib.suppress(ValueError), continued({}, "job"):
        raise ValueError("secret")
    [job] = exporter.get_finished_spans()
    assert job.status.status_code is StatusCode.ERROR
    assert (job.attributes or {})["error.type"] == "ValueError"
    assert "secret" not in job.to_json()


@dataclass
class Collector:
    """An OTLP receiver: its address, and the traces it got, by the process that sent them."""

    url: str = ""
    traces: dict[int, list[str]] = field(default_factory=dict)

    def receive(self, body: bytes) -> None:
        """Keep the spans of one export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {entry.key: entry.value for entry in resource.resource.attributes}
            assert about["service.name"].string_value == "shop"
            found = self.traces.setdefault(about["process.pid"].int_value, [])
            found += [span.trace_id.hex() for scope in resource.scope_spans for span in scope.spans]

    def variables(self) -> dict[str, str]:
        """Return what makes a server export; only its end does so within 10 minutes."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_SERVICE_NAME": "shop",
            "OTEL_BSP_SCHEDULE_DELAY": "600000",
            "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "process",
        }


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on a free port."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            collector.receive(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        collector.url = f"http://127.0.0.1:{server.server_port}"
        yield collector
        server.shutdown()


def pids(server: LiveServer) -> set[int]:
    """Return the processes of the workers that have started, as they log it."""
    return {int(pid) for pid in re.findall(r"server process \[(\d+)\]", server.log())}


def ask_both_workers(server: LiveServer) -> int:
    """Send requests to each of two workers, while the other one is held; return how many."""
    wait_until(lambda: server.log().count("Application startup complete") == 2)
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=server.url, limits=limits, timeout=patient(10)) as client:
        for held in pids(server):
            os.kill(held, signal.SIGSTOP)
            for _ in range(20):
                client.get("/api/v1/products")
            os.kill(held, signal.SIGCONT)
    return 40


@pytest.mark.live
def test_sigterm_loses_no_span_of_either_worker(
    own_postgres_url: str, collector: Collector
) -> None:
    with live_server(own_postgres_url, "--workers", "2", **collector.variables()) as server:
        sent = ask_both_workers(server)
        workers = pids(server)
        assert collector.traces == {}
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.log().splitlines() if line[0] == "{"]
    assert set(collector.traces) == workers
    received = {trace for traces in collector.traces.values() for trace in traces}
    assert len(received) == sent
    logged = {line["trace_id"] for line in lines if line.get("path") == "/api/v1/products"}
    assert logged == received
    assert all("request_id" in line for line in lines if "trace_id" in line)


AT_IMPORT = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

trace.set_tracer_provider(TracerProvider())
trace.get_tracer_provider().add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
from app.core.telemetry import TELEMETRY

TELEMETRY["auto_configure"] = False
from app.main import app
"""


@pytest.mark.live
def test_an_sdk_set_up_at_import_loses_them_all(
    own_postgres_url: str, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its last export runs at exit, and uvicorn ends by the signal it got."""
    folder = tmp_path_factory.mktemp("import")
    (folder / "at_import.py").write_text(AT_IMPORT)
    arguments = ("--workers", "2", "--app-dir", str(folder))
    variables = collector.variables()
    with live_server(own_postgres_url, *arguments, module="at_import:app", **variables) as server:
        ask_both_workers(server)
        server.stop()  # a line is written after its answer
        assert server.log().count("trace_id") >= 40
    assert collector.traces == {}


@pytest.mark.live
def test_a_collector_that_is_away_delays_the_stop_and_nothing_else(own_postgres_url: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as deaf:  # accepts, is mute
        variables = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{deaf.server_port}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with live_server(own_postgres_url, **variables) as server:
            started = time.monotonic()
            for _ in range(20):
                assert httpx.get(f"{server.url}/api/v1/products").status_code == 200
            assert time.monotonic() - started < patient(20)
            stopped = time.monotonic()
            server.stop()
            assert time.monotonic() - stopped < patient(9)


@pytest.mark.live
def test_without_an_endpoint_nothing_is_traced(own_postgres_url: str) -> None:
    with live_server(own_postgres_url) as server:
        httpx.get(f"{server.url}/api/v1/products", headers=PARENT)
        server.stop()
        assert "trace_id" not in server.log()


def run(program: str, **variables: str) -> int:
    """Run a program; return its exit code."""
    environment = os.environ | variables | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode


@pytest.mark.parametrize(("name", "path"), [*zip(ENDPOINTS, ["", "/v1/traces"], strict=True)])
def test_a_process_without_fastapi_exports_before_it_ends(
    collector: Collector, name: str, path: str
) -> None:
    program = (
        "import os, signal\n"
        "from app.core.job_traces import continued, exporting\n"
        f"with exporting(), continued({PARENT}, 'job'): pass\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    variables = collector.variables() | dict.fromkeys(ENDPOINTS, "") | {name: collector.url + path}
    assert run(program, **variables) == -signal.SIGKILL
    assert list(collector.traces.values()) == [[TRACE]]


def test_a_process_without_fastapi_and_without_an_endpoint_traces_nothing() -> None:
    program = (
        "from app.core.job_traces import carrier, continued, exporting\n"
        "with exporting(), continued({}, 'job'): assert carrier() == {}"
    )
    assert run(program) == 0
