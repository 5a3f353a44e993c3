"""references/hot-endpoint.md: each step answers what the plain listing does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from sqlalchemy import insert

from app.core.config import get_settings
from app.core.db import create_engine
from app.models import Product, User
from hot import PRODUCTS, STEPS
from hot_endpoint import router
from live import SECRET
from postgres import scratch_database


@pytest.fixture
def database_url(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of the test's own, which the settings name."""
    with scratch_database(server_url) as url:
        monkeypatch.setenv("APP_DATABASE_URL", url)
        monkeypatch.setenv("APP_JWT_SECRET", SECRET)
        get_settings.cache_clear()
        yield url
    get_settings.cache_clear()


@pytest.mark.slow
async def test_each_step_answers_what_the_plain_way_does(database_url: str) -> None:
    app = import_module("app.main").create_app()  # the import needs the settings
    app.include_router(router)
    async with (
        LifespanManager(app) as manager,
        AsyncClient(transport=ASGITransport(manager.app), base_url="http://test") as client,
    ):
        answers = [(await client.get(path)).json() for path in STEPS.values()]
        assert answers == [[]] * len(STEPS)
        engine = create_engine(database_url, 1)
        async with engine.begin() as connection:
            user = {"email": "a@b", "full_name": 'A "quoted" ☃\n', "password_hash": "x"}
            await connection.execute(insert(User), user)
            for microsecond, price in ((0, "0"), (120_000, "0.10"), (1, "9999999999.99")):
                made = datetime(2026, 11, 29, 10, 5, 7, microsecond, UTC)
                product = {"name": "Lamp", "price": Decimal(price), "owner_id": 1}
                await connection.execute(insert(Product), product | {"created_at": made})
        await engine.dispose()
        for query in ("", "?limit=2"):
            answers = [(await client.get(path + query)).json() for path in STEPS.values()]
            assert len(answers[0]) == (2 if query else 3)
            assert answers == [answers[0]] * len(STEPS)
        for path in STEPS.values():
            assert (await client.get(f"{path}?limit=101")).status_code == 422
            assert path == PRODUCTS or path in {route.path for route in router.routes}
