"""How much a finding matters follows from how far its consequence reaches."""

from pathlib import Path

import pytest

from tests.audit.programs import only, severity_of

_IDS = """
#= main.py
import logs
from contextvars import ContextVar
from starlette.middleware.base import BaseHTTPMiddleware
request_id = ContextVar("request_id", default=None)
class RequestID(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request_id.set(request.headers.get("X-Request-ID"))
        return await call_next(request)
class AddsID(logs.logging.Filter):
    def filter(self, record):
        record.request_id = request_id.get()
        return True
#= logs.py
"""
_FORMATTER = """
import json
import logging
class Lines(logging.Formatter):
    def format(self, record):
        return {}
"""


@pytest.mark.parametrize(
    ("logs", "severity"),
    [
        ("import logging\nlogging.basicConfig(format='%(message)s')\n", ""),
        (_FORMATTER.format("super().format(record)"), ""),
        (_FORMATTER.format("json.dumps({'message': record.getMessage()})"), "low"),
        ("from pythonjsonlogger.json import JsonFormatter\n", "low"),
        ("from pythonjsonlogger import jsonlogger\n", "low"),
        ("from aws_lambda_powertools import Logger\n", "low"),
        ("from structlog.processors import JSONRenderer\n", "low"),
        ("import structlog\nmade = structlog.processors.JSONRenderer()\n", "low"),
        ("import sys\nfrom loguru import logger\nlogger.add(sys.stdout, serialize=True)\n", "low"),
    ],
)
def test_a_request_id_matters_less_in_lines_of_json(
    logs: str, severity: str, tmp_path: Path
) -> None:
    found = only(tmp_path, "request-id-trusted", _IDS + logs)
    assert found.severity == severity
    assert ("forge" in found.message) == (severity == "")


_KEPT = """
#= main.py
import logging
from contextvars import ContextVar
from fastapi import FastAPI, Request
app = FastAPI()
log = logging.getLogger(__name__)
request_id = ContextVar("request_id", default="")
@app.middleware("http")
async def keep(request: Request, call_next):
    {keep}
    return await call_next(request)
def current() -> str:
    return request_id.get()
@app.get("/")
def read(request: Request):
    {read}
"""
_VALUE = "request.headers.get('X-Request-ID', '')"


@pytest.mark.parametrize(
    ("keep", "read", "severity"),
    [
        (
            "request.state.request_id = VALUE; log.debug(0)",
            "return request.state.request_id",
            "not told",
        ),
        (
            "request.state.request_id = VALUE; log.debug(0)",
            "log.info(request.state.request_id)",
            "",
        ),
        ("request_id.set(VALUE)", "return request_id.get()", "not told"),
        ("request_id.set(VALUE)", "log.info('%s', request_id.get())", ""),
        ("request_id.set(VALUE)", "log.info('%s', current())", ""),
        ("request_id.set(VALUE)", "return current()", "not told"),
        ("request_id.set(VALUE)", "http.get('/', headers={'X-Request-ID': current()})", "low"),
    ],
)
def test_a_request_id_that_is_not_logged_forges_no_line(
    keep: str, read: str, severity: str, tmp_path: Path
) -> None:
    source = _KEPT.format(keep=keep.replace("VALUE", _VALUE), read=read)
    assert severity_of(tmp_path, "request-id-trusted", source) == severity


_ROWS = """
from fastapi import APIRouter, Depends
from sqlalchemy import or_, select
from models import Item, found, get_user, session
router = APIRouter()
def rows(owner, limit):
    return session.scalars(select(Item).where(Item.owner_id == owner).limit(limit)).all()
@router.get("/{path}")
def read(user_id: int{default}, limit: int = 100, user=Depends(get_user)):
    {body}
"""


@pytest.mark.parametrize(
    ("path", "default", "body", "severity"),
    [
        ("{user_id}/items", "", "return rows(user_id, limit)", "low"),
        ("items", "", "return rows(user.id, limit=limit)", "low"),
        ("items", "", "asking_user_id = user.id\n    return rows(asking_user_id, limit)", "low"),
        ("items", "", "return rows(user['sub'], limit=limit)", "low"),
        ("items", "", "return rows(user['name'], limit=limit)", ""),
        ("items", "", "return found(select(Item).filter_by(owner_id=user.id).limit(limit))", "low"),
        (
            "items",
            "",
            "return found(select(Item).where(Item.owner == user.id).limit(limit))",
            "low",
        ),
        ("items", "", "return found(select(Item).limit(limit))", ""),
        (
            "items",
            "",
            "return found(select(Item).where(or_(Item.a == user.id, Item.b)).limit(limit))",
            "low",
        ),
        ("items", "", "return found(select(Item).where(Item.a == user.name).limit(limit))", ""),
        ("items", " | None = None", "return rows(user_id, limit)", ""),
        ("items", "", "print(user.id)\n    return found(select(Item).limit(limit))", ""),
        ("items", "", "return rows(user, limit)", ""),
    ],
)
def test_a_page_of_one_user_matters_less(
    path: str, default: str, body: str, severity: str, tmp_path: Path
) -> None:
    source = _ROWS.format(path=path, default=default, body=body)
    found = only(tmp_path, "unbounded-page", source)
    assert found.severity == severity
    assert ("rows of a user" in found.message) == (severity == "low")


_CORS = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
class Tokens:
    def __init__(self, response, options):
        self.response, self.options = response, options
    def {name}(self, token):
        self.response.set_cookie("token", token, samesite=self.options.samesite)
@app.get("/")
def read(response):
    tokens = Tokens(response, None)
    {use}
"""


@pytest.mark.parametrize(
    ("name", "use", "severity"),
    [
        ("set_access_cookies", "tokens.set_access_cookies('x')", ""),
        ("set_access_cookies", "return tokens.set_access_cookies", ""),
        ("set_access_cookies", "return 1", "low"),
        ("set_refresh_cookies", "tokens.set_access_cookies('x')", "low"),
        ("__call__", "tokens('x')", ""),
    ],
)
def test_a_cookie_that_nobody_sets_is_none(
    name: str, use: str, severity: str, tmp_path: Path
) -> None:
    source = _CORS.format(name=name, use=use)
    assert only(tmp_path, "cors-any-origin-with-credentials", source).severity == severity


_REWRITES = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
ANSWERS = {{405: "no"}}
@app.middleware("http")
async def rewrite(request, call_next):
    {body}
"""
_NEXT = "response = await call_next(request)"
_ANSWER = "return JSONResponse(ANSWERS.get(405), 405)"


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        (f"{_NEXT}\n    if response.status_code in ANSWERS:\n        {_ANSWER}", "medium"),
        (f"{_NEXT}\n    if not response:\n        response = JSONResponse({{}})", "medium"),
        (f"if not request.user:\n        {_ANSWER}\n    {_NEXT}", ""),
        (f"{_NEXT}\n    {_ANSWER}", ""),
        (f"try:\n        {_NEXT}\n    except OSError:\n        {_ANSWER}", ""),
    ],
)
def test_cors_matters_less_where_some_answers_are_replaced(
    body: str, severity: str, tmp_path: Path
) -> None:
    source = _REWRITES.format(body=body)
    assert only(tmp_path, "cors-not-outermost", source).severity == severity
