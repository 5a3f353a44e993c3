"""Requests as they are counted."""

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from prometheus_client import REGISTRY

from app.core.metrics import instrument


async def test_metrics_may_be_asked_for_with_head(committing_client: AsyncClient) -> None:
    answer = await committing_client.head("/metrics")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_requests_are_counted_by_route(committing_client: AsyncClient) -> None:
    await committing_client.get("/api/v1/users/7")
    await committing_client.head("/api/v1/products")
    await committing_client.get("/no/such/path")
    scraped = (await committing_client.get("/metrics")).text
    assert 'handler="/api/v1/users/{user_id}"' in scraped
    assert 'handler="/api/v1/products",method="HEAD"' in scraped
    assert "/no/such/path" not in scraped


async def test_methods_that_clients_invent_are_counted_as_one(
    committing_client: AsyncClient,
) -> None:
    """Servers other than uvicorn's httptools take any word for one."""
    series = []
    for number in range(3):
        response = await committing_client.request(f"INVENTED{number}", "/api/v1/products")
        assert response.status_code == 405
        scraped = (await committing_client.get("/metrics")).text
        assert "INVENTED" not in scraped
        series.append(len([line for line in scraped.splitlines() if 'method="other"' in line]))
    assert series[0] == series[-1] > 0


async def test_a_mount_is_one_route_and_so_is_each_path_of_an_endpoint() -> None:
    """Also where a proxy passes on the prefix that it serves the application below."""
    router = APIRouter(prefix="/shops/{shop}")

    @router.get("/lamps/{lamp}")
    @router.get("/torches/{lamp}")
    async def read(lamp: str) -> str:
        return lamp

    app = FastAPI()
    app.include_router(router)
    app.mount("/files", FastAPI())
    instrument(app)
    async with AsyncClient(
        transport=ASGITransport(app, root_path="/shop"), base_url="http://test"
    ) as client:
        for path in ("/shops/1/lamps/2", "/shop/shops/1/torches/2", "/files/x", "/docs", "/x"):
            await client.get(path)
        scraped = (await client.get("/metrics")).text
    handlers = {"/shops/{shop}/lamps/{lamp}", "/shops/{shop}/torches/{lamp}", "/files", "/docs"}
    for handler in (*handlers, "none"):
        assert f'handler="{handler}"' in scraped
    assert not {"/shops/1", "/files/x", '"/x"'} & set(scraped.split('"'))


def test_it_counts_what_the_instrumentator_counts() -> None:
    """Under the same names, so that a dashboard stays as it is."""
    assert {(metric.name, metric.type) for metric in REGISTRY.collect()} >= {
        ("http_requests", "counter"),
        ("http_request_size_bytes", "summary"),
        ("http_response_size_bytes", "summary"),
        ("http_request_duration_highr_seconds", "histogram"),
        ("http_request_duration_seconds", "histogram"),
    }
