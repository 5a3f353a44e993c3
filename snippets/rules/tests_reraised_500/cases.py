"""Tests of a 500: through which client, and who answers it."""

BAD = ["transport = ASGITransport(app)"]

_APP = """
#= app.py
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
app = FastAPI()
@app.exception_handler(Exception)
async def answer(request, exc):
    return JSONResponse({"detail": "Internal error"}, status_code=500)
@app.get("/stock")
async def read_stock():
    raise ConnectionError("down")
@app.get("/stock/{number}")
async def read_one(number: int):
    return 1 / number
@app.get("/broken")
async def broken():
    raise HTTPException(500, "known to be broken")
"""

FOUND = {
    "a decorator of the endpoint that answers nothing": """
#= app.py
from functools import wraps
from fastapi import FastAPI
app = FastAPI()
def logged(function):
    @wraps(function)
    async def wrapper(*args, **kwargs):
        print(args)
        return await function(*args, **kwargs)
    return wrapper
@app.get("/stock")
@logged
async def read_stock():
    return 1 / 0
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)  # !
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "a TestClient of the module": _APP
    + """
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)  # !
def test_down():
    response = client.get("/stock")
    assert response.status_code == 500
def test_zero():
    assert client.get("/stock/0").status_code == 500
""",
    "a fixture of conftest.py, the status by its name": _APP
    + """
#= tests/conftest.py
import httpx
import pytest_asyncio
from app import app
@pytest_asyncio.fixture
async def client():
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),  # !
        base_url="http://test",
    ) as c:
        yield c
#= tests/test_stock.py
from starlette import status
async def test_down(client):
    response = await client.get("/stock")
    assert response.status_code == status.HTTP_500_INTERNAL_SERVER_ERROR
""",
    "no handler at all, an app of the test's own": """
#= tests/test_errors.py
from fastapi import FastAPI
from starlette.testclient import TestClient as Client
def test_zero():
    app = FastAPI()
    @app.get("/zero")
    def zero():
        return 1 / 0
    with Client(app) as client:  # !
        response = client.get("/zero")
    assert 500 == response.status_code
""",
    "a factory, the exceptions raised on purpose, a path with a number": _APP
    + """
#= tests/conftest.py
from httpx import ASGITransport, AsyncClient
from pytest import fixture
import app as service
def make_client(app):
    return AsyncClient(
        transport=ASGITransport(service.app, raise_app_exceptions=True),  # !
        base_url="http://test",
    )
@fixture(name="http")
async def http_client():
    async with make_client(service.app) as client:
        yield client
#= tests/test_stock.py
from http import HTTPStatus
from app import app
class TestStock:
    async def test_zero(self, http):
        number = 0
        answer = await http.request("GET", f"/stock/{number}")
        assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
""",
    "a router with a prefix, a service mocked": """
#= shop.py
from fastapi import APIRouter, FastAPI
import services
router = APIRouter(prefix="/shop")
@router.post("/orders")
async def order():
    return await services.place()
app = FastAPI()
app.include_router(router, prefix="/api")
#= services.py
async def place():
    return 1
#= tests/test_shop.py
from unittest.mock import patch
from fastapi.testclient import TestClient
from shop import app
def test_a_service_that_fails():
    with patch("services.place", side_effect=RuntimeError):
        client = TestClient(app, base_url="http://test")  # !
        response = client.post("/api/shop/orders", json={})
    assert response.status_code == 500
""",
}

LOOK_ALIKES = {
    "a decorator of the endpoint answers": """
#= app.py
from functools import wraps
from fastapi import FastAPI, HTTPException
app = FastAPI()
def handled(roles):
    def decorator(function):
        @wraps(function)
        async def wrapper(*args, **kwargs):
            try:
                return await function(*args, **kwargs)
            except Exception:
                raise HTTPException(500, "Internal error")
        return wrapper
    return decorator
@app.get("/stock")
@handled(["*"])
async def read_stock():
    return 1 / 0
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "the client answers": _APP
    + """
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app, raise_server_exceptions=False)
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "the transport answers, by position": _APP
    + """
#= tests/test_stock.py
from httpx import ASGITransport, AsyncClient
from app import app
async def test_down():
    async with AsyncClient(transport=ASGITransport(app, False), base_url="http://a") as client:
        assert (await client.get("/stock")).status_code == 500
""",
    "the endpoint answers 500 itself": _APP
    + """
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_broken():
    assert client.get("/broken").status_code == 500
""",
    "middleware catches everything": _APP
    + """
#= middleware.py
from fastapi.responses import JSONResponse
from app import app
@app.middleware("http")
async def guard(request, call_next):
    try:
        return await call_next(request)
    except Exception:
        return JSONResponse({}, 500)
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
import middleware
client = TestClient(app)
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "middleware that a call adds": _APP
    + """
#= middleware.py
from fastapi.responses import JSONResponse
async def guard(request, call_next):
    try:
        return await call_next(request)
    except Exception as error:
        return JSONResponse({"detail": str(error)}, 500)
#= main.py
from app import app
from middleware import guard
app.middleware("http")(guard)
#= tests/test_stock.py
from fastapi.testclient import TestClient
from main import app
client = TestClient(app)
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "middleware of a function": _APP
    + """
#= main.py
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware
from app import app
async def guard(request, call_next):
    try:
        return await call_next(request)
    except Exception:
        return JSONResponse({}, 500)
app.add_middleware(BaseHTTPMiddleware, dispatch=guard)
#= tests/test_stock.py
from fastapi.testclient import TestClient
from main import app
client = TestClient(app)
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "a handler of the app's own error": """
#= app.py
from fastapi import FastAPI
from fastapi.responses import JSONResponse
class AppError(Exception):
    status_code = 500
app = FastAPI()
@app.exception_handler(AppError)
async def answer(request, exc):
    return JSONResponse({}, exc.status_code)
@app.get("/stock")
async def read_stock():
    raise AppError
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_down():
    assert client.get("/stock").status_code == 500
""",
    "a mock raises what is answered": _APP
    + """
#= tests/test_stock.py
from fastapi import HTTPException
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_down(mocker):
    mocker.patch("app.read", side_effect=HTTPException(status_code=500))
    assert client.get("/stock").status_code == 500
""",
    "a server elsewhere": _APP
    + """
#= tests/test_stock.py
import httpx
from app import app
async def test_down():
    async with httpx.AsyncClient(base_url="http://localhost:8000") as client:
        assert (await client.get("/stock")).status_code == 500
""",
    "another status": _APP
    + """
#= tests/test_stock.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_down():
    response = client.get("/stock")
    assert response.status_code != 500
    assert client.get("/other").status_code == 404
""",
}
