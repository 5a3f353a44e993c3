"""What is said of a returned error, and what FastAPI makes of it."""

import re
from pathlib import Path

import httpx
import pytest

from tests.audit.programs import only, severity_of

SLUG = "error-returned-with-200"

_PROGRAM = """
from http import HTTPStatus
from typing import Any
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
class Book(BaseModel):
    title: str
app = FastAPI()
@app.get("/"{options})
async def read(){returns}:
    return {value}
"""
_ERROR = 'HTTPException(404, "none")'
_PAIR = '{"detail": "none"}, 404'


@pytest.mark.parametrize(
    ("options", "returns", "value", "status"),
    [
        ("", "", _ERROR, 200),
        ("", " -> None", _ERROR, 200),
        ("", " -> Response", _ERROR, 200),
        ("", " -> Any", _ERROR, 500),
        ("", " -> dict", _ERROR, 500),
        ("", " -> Book | None", _ERROR, 500),
        (", response_model=Book", "", _ERROR, 500),
        (", response_model=None", " -> Book", _ERROR, 200),
        (", status_code=HTTPStatus.ACCEPTED", "", _ERROR, 202),
        ("", "", _PAIR, 200),
        ("", " -> Any", _PAIR, 200),
        ("", " -> list", _PAIR, 200),
        ("", " -> JSONResponse", _PAIR, 200),
        ("", " -> Book", _PAIR, 500),
        ("", " -> dict[str, str]", _PAIR, 500),
    ],
)
async def test_the_finding_names_the_status_that_fastapi_answers(
    options: str, returns: str, value: str, status: int, tmp_path: Path
) -> None:
    source = _PROGRAM.format(options=options, returns=returns, value=value)
    message = only(tmp_path, SLUG, source).message
    assert re.findall(r"gets (?:a )?(\d+)", message) == [str(status)]
    names: dict[str, object] = {}
    exec(source, names)  # noqa: S102
    transport = httpx.ASGITransport(names["app"], raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/")).status_code == status


@pytest.mark.parametrize(
    ("value", "severity"), [('HTTPException(200, "archived")', "low"), (_ERROR, "")]
)
def test_a_success_that_is_returned_as_an_exception_matters_less(
    value: str, severity: str, tmp_path: Path
) -> None:
    source = _PROGRAM.format(options="", returns="", value=value)
    assert severity_of(tmp_path, SLUG, source) == severity
