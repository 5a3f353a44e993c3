"""What SKILL.md says of changed libraries is so in those that are installed."""

import contextlib
import inspect
import warnings
from importlib.metadata import requires, version

import fastapi
import httpx
import jwt
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, status
from fastapi.responses import ORJSONResponse
from packaging.requirements import Requirement
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from tests.support.pages import PAGES

TEXT = PAGES[0].read_text(encoding="utf-8").partition("## What changed")[2].partition("\n## ")[0]


def says(*words: str) -> None:
    """Assert that the section says so, else the test is about nothing."""
    assert [word for word in words if word not in TEXT] == []


def test_fastapi_has_new_arguments() -> None:
    says('`Depends(..., scope="function")` (0.121)', "`max_body_size=`", "`fastapi.sse` (0.135)")
    assert "scope" in inspect.signature(Depends).parameters
    assert "max_body_size" in inspect.signature(APIRouter.__init__).parameters
    assert "max_body_size" in inspect.signature(APIRouter.get).parameters
    assert hasattr(fastapi.sse, "EventSourceResponse")


def test_what_fastapi_and_starlette_deprecate_warns() -> None:
    says("`ORJSONResponse` and `@app.on_event` are deprecated", "`HTTP_422_UNPROCESSABLE_CONTENT`")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.suppress(AssertionError):  # it warns before it looks for orjson
            ORJSONResponse({})
        FastAPI().on_event("startup")
        assert status.HTTP_422_UNPROCESSABLE_ENTITY == status.HTTP_422_UNPROCESSABLE_CONTENT
    told = "\n".join(str(warning.message) for warning in caught)
    assert "ORJSONResponse is deprecated" in told
    assert "on_event is deprecated" in told
    assert "HTTP_422_UNPROCESSABLE_ENTITY" in told


def test_test_tools_lost_what_old_code_uses() -> None:
    says("no `app=`", "no fixture `event_loop`")
    with pytest.raises(TypeError, match="app"):
        httpx.AsyncClient(app=FastAPI())  # type: ignore[call-arg]
    assert not hasattr(pytest_asyncio.plugin, "event_loop")


def test_sqlalchemy_needs_an_extra_and_a_driver_written_out() -> None:
    says("only with `sqlalchemy[asyncio]`", "`postgresql://` means psycopg")
    needs = [Requirement(line) for line in requires("sqlalchemy") or ()]
    greenlet = [need for need in needs if need.name == "greenlet"]
    assert greenlet
    assert not any(need.marker is None or need.marker.evaluate({"extra": ""}) for need in greenlet)
    assert make_url("postgresql://host/db").get_dialect().driver == "psycopg"
    assert create_engine("sqlite://").dialect.driver == "pysqlite"


def test_a_subject_is_a_string() -> None:
    says("from 2.10 `sub` must be a string")
    assert version("pyjwt") > "2.10"
    secret = "a secret for tests, of 32 characters or more"
    with pytest.raises(jwt.exceptions.InvalidSubjectError):
        jwt.decode(jwt.encode({"sub": 1}, secret), secret, algorithms=["HS256"])


def test_uvicorns_own_worker_is_deprecated() -> None:
    says("`uvicorn.workers` is deprecated")
    with pytest.warns(DeprecationWarning, match="uvicorn-worker"):
        import uvicorn.workers  # noqa: F401, PLC0415
