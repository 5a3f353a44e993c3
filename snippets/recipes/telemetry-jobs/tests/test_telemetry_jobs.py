"""Traces that lead from a request to its job."""

from httpx import AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.models import OutboxMessage
from app.relay import relay_one
from app.worker import do
from clients import sign_up


async def test_a_job_and_its_queries_are_in_the_trace_of_the_request_that_asked_for_it(
    committing_client: AsyncClient, own_database_url: str
) -> None:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)  # works once in a process
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    await sign_up(committing_client)
    engine = create_engine(own_database_url, 1)
    assert await relay_one(async_sessionmaker(engine), do)
    await engine.dispose()
    products = await committing_client.get("/api/v1/products")
    assert [product["name"] for product in products.json()] == ["Your first product"]

    spans = exporter.get_finished_spans()
    [request] = [span for span in spans if span.name == "POST /api/v1/users"]
    [job] = [span for span in spans if span.name == "welcome"]
    trace_id = request.get_span_context().trace_id
    assert job.parent
    assert (job.parent.trace_id, job.parent.span_id) == (
        trace_id,
        request.get_span_context().span_id,
    )
    [insert] = [span for span in spans if "INTO products" in span.to_json()]
    assert insert.get_span_context().trace_id == trace_id


async def test_a_job_asked_for_before_this_was_added_is_done_too(
    committing_client: AsyncClient, own_database_url: str
) -> None:
    engine = create_engine(own_database_url, 1)
    sessions = async_sessionmaker(engine)
    user = await sign_up(committing_client)
    async with sessions.begin() as session:
        for message in await session.scalars(select(OutboxMessage)):
            message.payload = {"user_id": user["id"]}
    assert await relay_one(sessions, do)
    await engine.dispose()
    assert len((await committing_client.get("/api/v1/products")).json()) == 1
