"""Request ids of callers."""

BAD = ['request_id = Headers(scope=scope).get("x-request-id") or uuid4().hex']

FOUND = {
    "in a BaseHTTPMiddleware": """
import logging
from uuid import uuid4
from starlette.middleware.base import BaseHTTPMiddleware
class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request_id = request.headers.get("X-Request-ID", str(uuid4()))  # !
        logging.info("request %s", request_id)
        response = await call_next(request)
        response.headers["X-Request-ID"] = request_id
        return response
""",
    "in a function, into a context variable": """
import logging
from contextvars import ContextVar
from fastapi import FastAPI
current = ContextVar("current")
app = FastAPI()
@app.middleware("http")
async def bind(request, call_next):
    current.set(request.headers.get("x-correlation-id"))  # !
    return await call_next(request)
class Ids(logging.Filter):
    def filter(self, record):
        record.request_id = current.get()
        return True
""",
    "sent to another service": """
from contextvars import ContextVar
import httpx
from fastapi import FastAPI, Request
current = ContextVar("current")
app = FastAPI()
client = httpx.AsyncClient()
@app.middleware("http")
async def bind(request, call_next):
    current.set(request.headers.get("x-correlation-id"))  # !
    return await call_next(request)
@app.get("/prices")
async def prices():
    answer = await client.get("/prices", headers={"X-Correlation-ID": current.get()})
    return answer.json()
@app.get("/more")
async def more(request: Request):
    sent = request.headers.get("X-Request-ID")  # !
    log_nothing = sent.strip()
    headers = {}
    headers["X-Request-ID"] = log_nothing
    headers["X-Request-ID"] = sent
    return (await client.get("/more", headers=headers)).json()
@app.get("/jobs")
async def jobs(request: Request, logs, work):
    logs.append(1)
    work.delay(request.headers.get("X-Request-ID"))  # !
""",
    "subscribed, the header under a name": """
import structlog
from fastapi import Request
HEADER = "X-Request-Id"
async def bind(request: Request) -> None:
    structlog.contextvars.bind_contextvars(request_id=request.headers[HEADER])  # !
""",
    "a parameter": """
import logging
from typing import Annotated
from fastapi import Header
logger = logging.getLogger(__name__)
async def trace(x_request_id: Annotated[str | None, Header()] = None) -> None:  # !
    logger.info("request %s", x_request_id)
""",
    "a parameter with an alias, by default": """
import logging
import fastapi as fa
log = logging.getLogger(__name__)
def trace(request_id: str = fa.Header(default="", alias="X-Request-ID")):  # !
    log.info(request_id)
""",
    "two spellings in one function, told once": """
import logging
from fastapi import FastAPI, Request
log = logging.getLogger(__name__)
app = FastAPI()
@app.exception_handler(ValueError)
async def invalid(request: Request, exc: ValueError):
    found = (
        request.headers.get("X-Request-ID")  # !
        or request.headers.get("x-request-id")
        or request.headers.get("x-correlation-id")
    )
    log.warning("failed %s", found)
""",
}

LOOK_ALIKES = {
    "only given back": """
from contextvars import ContextVar
from uuid import uuid4
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.base import BaseHTTPMiddleware
current = ContextVar("current")
app = FastAPI()
class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request_id = request.headers.get("X-Request-ID", str(uuid4()))
        current.set(request_id)
        request.state.request_id = request_id
        response = await call_next(request)
        response.headers["X-Request-ID"] = request_id
        return response
@app.exception_handler(ValueError)
async def invalid(request: Request, error: ValueError):
    headers = {"X-Request-ID": request.headers.get("X-Request-ID")}
    return JSONResponse({"id": request.state.request_id}, 400, headers={"X-Request-ID": current.get()})
@app.get("/")
async def read(request: Request):
    raise HTTPException(404, headers={"X-Request-ID": current.get()})
class Plain:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        request_id = Request(scope).headers.get("x-request-id")
        async def send_with(message):
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = request_id
            await send(message)
        await self.app(scope, receive, send_with)
""",
    "the headers of a message": """
import logging
from fastapi import FastAPI
log = logging.getLogger(__name__)
app = FastAPI()
class Consumed:
    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
    def __enter__(self):
        log.info("message of %s", self.headers.get("x-request-id"))
""",
    "the headers that a broker delivers": """
import json
import logging
from fastapi import FastAPI
log = logging.getLogger(__name__)
app = FastAPI()
def on_message(channel, method, properties, body):
    request_id = properties.headers["X-Request-ID"] if properties.headers else "none"
    log.info("order of %s: %s", request_id, json.loads(body))
async def consume(incoming_message) -> None:
    log.info("order of %s", incoming_message.headers.get("x-correlation-id"))
""",
    "matched": """
import re
from uuid import uuid4
from starlette.middleware.base import BaseHTTPMiddleware
class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request_id = request.headers.get("X-Request-ID", "")
        if not re.fullmatch("[a-z0-9-]{1,64}", request_id):
            request_id = uuid4().hex
        response = await call_next(request)
        response.headers["X-Request-ID"] = request_id
        return response
""",
    "checked by a function of another module": """
#= ids.py
import re
def sane(value):
    return value if value and re.match("^[a-z0-9-]{1,64}$", value) else None
#= main.py
from fastapi import Request
from ids import sane
async def bind(request: Request, logger) -> None:
    request_id = sane(request.headers.get("x-request-id"))
    logger.info(request_id)
""",
    "a UUID": """
import logging
from uuid import UUID
from fastapi import Request
logger = logging.getLogger(__name__)
async def bind(request: Request) -> None:
    logger.info(UUID(request.headers["x-request-id"]))
""",
    "a parameter with a pattern": """
import logging
from typing import Annotated
from fastapi import Header
logger = logging.getLogger(__name__)
async def trace(x_request_id: Annotated[str, Header(pattern="^[a-z0-9]{1,64}$")] = "") -> None:
    logger.info(x_request_id)
""",
    "the answer of another service": """
import logging
import fastapi
import httpx
logger = logging.getLogger(__name__)
async def ask(client: httpx.AsyncClient) -> None:
    response = await client.get("/x")
    logger.info(response.headers.get("x-request-id"))
""",
    "another header": """
import logging
from fastapi import Request
logger = logging.getLogger(__name__)
async def bind(request: Request) -> None:
    logger.info(request.headers.get("user-agent"))
""",
    "only set": """
from uuid import uuid4
from starlette.middleware.base import BaseHTTPMiddleware
class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Request-ID"] = uuid4().hex
        return response
""",
}
