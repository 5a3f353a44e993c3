"""Proof of on-event-beside-lifespan."""

from collections.abc import Callable
from types import ModuleType

import httpx
import pytest
from fastapi import APIRouter
from starlette.types import ASGIApp

# The bad code cannot be imported without it.
pytestmark = pytest.mark.filterwarnings(r"ignore:\s*on_event is deprecated:DeprecationWarning")


def test_bad_calls_the_handler_of_a_router_but_never_its_own(
    bad: ModuleType, serve: Callable[[ASGIApp], str]
) -> None:
    router = APIRouter()
    called: list[str] = []
    router.on_event("startup")(lambda: called.append("router"))
    bad.app.include_router(router)
    url = serve(bad.app)
    assert called == ["router"]
    assert bad.prices == {"tea": 500}  # the lifespan ran
    assert bad.rates == {}
    assert httpx.get(f"{url}/prices/tea?currency=EUR").status_code == 500


def test_good_calls_it(good: ModuleType, serve: Callable[[ASGIApp], str]) -> None:
    url = serve(good.app)
    assert good.rates == {"EUR": 0.9}
    assert httpx.get(f"{url}/prices/tea?currency=EUR").json() == 450
