"""Proof of tests-without-lifespan."""

from types import ModuleType

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

NO_ENGINE = "'State' object has no attribute 'engine'"


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_finds_nothing_of_what_the_lifespan_makes(bad: ModuleType) -> None:
    with pytest.raises(AttributeError, match=NO_ENGINE):
        await bad.test_the_version_is_1()


@pytest.mark.usefixtures("sqlite_database")
async def test_good_starts_the_app_and_passes_on_its_state(good: ModuleType) -> None:
    await good.test_the_version_is_1()
    async with LifespanManager(good.app):  # the plain app in the transport is not enough
        transport = ASGITransport(good.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            with pytest.raises(AttributeError, match=NO_ENGINE):
                await client.get("/version")
