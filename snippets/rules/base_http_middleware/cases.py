"""Middleware on BaseHTTPMiddleware, and what it does with the answer."""

BAD = ['@app.middleware("http")']

_TWO_APPLICATIONS = """
#= shared/timing.py
import time
from fastapi import Request
def begin():
    return time.perf_counter()
#= orders/main.py
import time
from fastapi import FastAPI
from shared.timing import begin
app = FastAPI()
@app.middleware("http")
async def measure(request, call_next):
    started = begin()
    began = time.perf_counter()
    response = await call_next(request)
    print(time.perf_counter() - began)
    return response
#= exports/main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from shared.timing import begin
app = FastAPI()
@app.get("/")
def rows():
    return StreamingResponse(lines(begin()))
"""

FOUND = {
    "the application that streams has its routes elsewhere": """
#= shop/application.py
import time
from fastapi import FastAPI
app = FastAPI()
@app.middleware("http")  # !
async def measure(request, call_next):
    began = time.perf_counter()
    response = await call_next(request)
    print(time.perf_counter() - began)
    return response
#= shop/exports.py
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
router = APIRouter()
@router.get("/")
def rows():
    return StreamingResponse(lines())
#= shop/main.py
from shop.application import app
from shop.exports import router
app.include_router(router)
#= admin/main.py
from fastapi import FastAPI
from shop.application import measure
app = FastAPI()
""",
    "a response is given its background task": """
import time
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
app = FastAPI()
@app.middleware("http")  # !
async def measure(request, call_next):
    began = time.perf_counter()
    response = await call_next(request)
    print(time.perf_counter() - began)
    return response
@app.get("/")
def read() -> JSONResponse:
    return JSONResponse({}, background=BackgroundTask(print, "read"))
""",
    "a dictionary in a context variable, replaced": """
import logging
from contextvars import ContextVar
from fastapi import FastAPI
facts: ContextVar[dict] = ContextVar("facts", default={})
log = logging.getLogger(__name__)
app = FastAPI()
@app.middleware("http")  # !
async def lines(request, call_next):
    response = await call_next(request)
    log.info("done %s", facts.get())
    return response
def note(**more):
    facts.set(facts.get() | more)
@app.get("/")
async def read():
    note(user="ann")
""",
    "a task that a helper adds": """
import time
from fastapi import BackgroundTasks, FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
class Timing(BaseHTTPMiddleware):  # !
    async def dispatch(self, request, call_next):
        started = time.perf_counter()
        response = await call_next(request)
        seconds.observe(time.perf_counter() - started)
        return response
app = FastAPI()
app.add_middleware(Timing)
def later(tasks: BackgroundTasks, address: str) -> None:
    tasks.add_task(send, address)
@app.post("/")
async def order(tasks: BackgroundTasks, address: str):
    later(tasks, address)
""",
    "a class that times": """
import time
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
class Timing(BaseHTTPMiddleware):  # !
    async def dispatch(self, request, call_next):
        started = time.perf_counter()
        response = await call_next(request)
        seconds = time.perf_counter() - started
        response.headers["X-Time"] = str(seconds)
        histogram.observe(seconds)
        return response
""",
    "a class under another name, logging": """
import logging
import time
from sse_starlette import EventSourceResponse
from starlette.middleware import base
logger = logging.getLogger(__name__)
class Log(base.BaseHTTPMiddleware):  # !
    async def dispatch(self, request, call_next):
        begun = time.monotonic()
        response = await call_next(request)
        logger.info("%s %s", request.url.path, time.monotonic() - begun)
        return response
""",
    "a line without what the endpoint binds": """
import structlog
from fastapi import FastAPI
logger = structlog.get_logger()
app = FastAPI()
@app.middleware("http")  # !
async def access(request, call_next):
    response = await call_next(request)
    logger.info("answered", status=response.status_code)
    return response
@app.get("/me")
async def me(name: str):
    structlog.contextvars.bind_contextvars(user=name)
""",
    "a context variable of another module": """
#= context.py
from contextvars import ContextVar
user = ContextVar("user", default="nobody")
#= main.py
import fastapi
from context import user
app = fastapi.FastAPI()
@app.middleware("http")  # !
async def audit(request, call_next):
    response = await call_next(request)
    response.headers["X-User"] = user.get()
    return response
@app.get("/me")
async def me(name: str):
    user.set(name)
""",
    "in a factory, with datetime": """
from datetime import UTC, datetime
from fastapi import BackgroundTasks, FastAPI
def create_app():
    app = FastAPI()
    @app.middleware("http")  # !
    async def timing(request, call_next):
        started = datetime.now(UTC)
        response = await call_next(request)
        print(datetime.now(UTC) - started)
        return response
    @app.post("/")
    async def order(tasks: BackgroundTasks):
        tasks.add_task(print, "ordered")
    return app
""",
    "a base class of the program": """
#= base.py
from starlette.middleware.base import BaseHTTPMiddleware as Base
class Middleware(Base): ...
#= timing.py
from time import monotonic as now
from base import Middleware
import starlette
from fastapi.responses import StreamingResponse
class Timing(Middleware):  # !
    async def dispatch(self, request, call_next):
        started = now()
        response = await call_next(request)
        print(now() - started)
        return response
""",
    "call_next handed to a helper, under another name": """
from time import perf_counter
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
async def cached(request, proceed):
    return await proceed(request)
@app.middleware("http")  # !
async def timing(request, proceed):
    started = perf_counter()
    response = await cached(request, proceed)
    print(perf_counter() - started)
    return response
""",
}

LOOK_ALIKES = {
    "a dictionary that the module puts into the variable": """
import logging
from contextvars import ContextVar
from fastapi import FastAPI
facts: ContextVar[dict] = ContextVar("facts")
facts.set({})
log = logging.getLogger(__name__)
app = FastAPI()
@app.middleware("http")
async def lines(request, call_next):
    response = await call_next(request)
    log.info("done %s", facts.get())
    return response
@app.get("/")
async def read():
    facts.get()["user"] = "ann"
""",
    "another application of the repository streams": _TWO_APPLICATIONS,
    "responses that are given no background task": """
import time
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
app = FastAPI()
class Answer(JSONResponse):
    def __init__(self, content: object, background: BackgroundTask | None = None) -> None:
        super().__init__(content, background=background)
@app.middleware("http")
async def measure(request, call_next):
    began = time.perf_counter()
    response = await call_next(request)
    print(time.perf_counter() - began)
    return response
@app.get("/")
def read() -> Answer:
    return Answer({})
""",
    "a dictionary in a context variable, changed in place": """
import logging
from contextvars import ContextVar
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
facts: ContextVar[dict] = ContextVar("facts")
language: ContextVar[str] = ContextVar("language")
log = logging.getLogger(__name__)
app = FastAPI()
def begin():
    facts.set({})
class Lines(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        begin()
        response = await call_next(request)
        log.info("done %s", facts.get())
        return response
app.add_middleware(Lines)
@app.get("/")
async def read():
    language.set("en")
    facts.get()["user"] = "ann"
""",
    "the time is that of a token": """
import time
from fastapi import BackgroundTasks
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
from tokens import claims_of, renewed
class Renew(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        claims = claims_of(request)
        if claims["exp"] - time.time() < 900:
            response.set_cookie("session", renewed(claims))
        return response
""",
    "a response class hands tasks on that nobody makes": """
import time
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
class Answer(JSONResponse):
    def __init__(self, content, status_code: int = 200, background: BackgroundTask | None = None):
        super().__init__({"data": content}, status_code, background=background)
class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        started = time.perf_counter()
        response = await call_next(request)
        seconds.observe(time.perf_counter() - started)
        return response
app = FastAPI(default_response_class=Answer)
app.add_middleware(Timing)
""",
    "no streams, no tasks, no variables": """
import logging
import time
from fastapi import FastAPI
logger = logging.getLogger(__name__)
app = FastAPI()
@app.middleware("http")
async def timing(request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    logger.info("%s %.3f", request.url.path, time.perf_counter() - started)
    return response
@app.get("/")
async def root() -> int:
    return 1
""",
    "a variable that the middleware sets itself": """
import logging
from contextvars import ContextVar
from uuid import uuid4
from starlette.middleware.base import BaseHTTPMiddleware
logger = logging.getLogger(__name__)
request_id = ContextVar("request_id")
class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request_id.set(uuid4().hex)
        response = await call_next(request)
        logger.info("done")
        response.headers["X-Request-ID"] = request_id.get()
        return response
""",
    "pure ASGI": """
import time
import starlette
class Timing:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        started = time.perf_counter()
        await self.app(scope, receive, send)
        print(time.perf_counter() - started)
""",
    "a time that only a header tells": """
import time
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
@app.middleware("http")
async def timing(request, call_next):
    started = time.time()
    response = await call_next(request)
    response.headers["X-Process-Time"] = str(time.time() - started)
    return response
""",
    "a header, in steps": """
import time
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        begun = time.perf_counter()
        response = await call_next(request)
        seconds = time.perf_counter() - begun
        text = f"{seconds:0.4f} sec"
        response.headers["Server-Timing"] = text
        return response
""",
    "a header, with two times": """
from datetime import datetime
from fastapi import BackgroundTasks
from starlette.middleware.base import BaseHTTPMiddleware
class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        before = datetime.now()
        response = await call_next(request)
        after = datetime.now()
        response.headers["X-Time"] = str((after - before).total_seconds())
        return response
""",
    "only a header": """
from starlette.middleware.base import BaseHTTPMiddleware
class Headers(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Frame-Options"] = "DENY"
        return response
""",
    "a refusal that is logged": """
import logging
from fastapi import FastAPI
from fastapi.responses import JSONResponse
logger = logging.getLogger(__name__)
app = FastAPI()
@app.middleware("http")
async def hosts(request, call_next):
    if request.headers["host"] == "shop.example":
        return await call_next(request)
    logger.warning("host")
    return JSONResponse({}, 400)
""",
    "an exception that is logged": """
import logging
from starlette.middleware.base import BaseHTTPMiddleware
log = logging.getLogger(__name__)
class Errors(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        try:
            response = await call_next(request)
        except Exception:
            log.exception("error")
            raise
        return response
""",
    "middleware of another framework": """
import time
import pydantic
from bottle import app
@app.middleware("http")
def timing(request, call_next):
    return time.time(), call_next(request)
""",
    "a class of the same name": """
import time
import fastapi
class BaseHTTPMiddleware: ...
class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        started = time.time()
        response = await call_next(request)
        return response, started
""",
    "only the start is kept": """
import time
from starlette.middleware.base import BaseHTTPMiddleware
class Started(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request.state.started = time.perf_counter()
        response = await call_next(request)
        return response
""",
    "a line of what the headers and the request say": """
import logging
from contextvars import ContextVar
from fastapi.responses import StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
tenant = ContextVar("tenant")
logger = logging.getLogger(__name__)
class Quota(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        if request.state.quota:
            logger.warning("quota of %s", request.url.path)
        return response
def choose(name):
    tenant.set(name)
""",
    "a line in the other branch": """
import time
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
@app.middleware("http")
async def sign_in(request, call_next):
    now = time.time()
    if request.url.path == "/live":
        response = await call_next(request)
        return response
    request.state.age = time.time() - now
    response = await call_next(request)
    return response
""",
    "variables that middleware of a function binds": """
from fastapi import FastAPI
from loguru import logger
from starlette.middleware.base import BaseHTTPMiddleware
app = FastAPI()
async def bind(request, call_next):
    with logger.contextualize(path=request.url.path):
        return await call_next(request)
class Format(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        logger.debug("left as it is")
        return response
app.add_middleware(Format)
app.add_middleware(BaseHTTPMiddleware, dispatch=bind)
""",
    "variables that only middleware binds": """
import structlog
from starlette.middleware.base import BaseHTTPMiddleware
logger = structlog.get_logger()
class Bind(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        structlog.contextvars.bind_contextvars(path=request.url.path)
        return await call_next(request)
class Access(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        logger.info("answered")
        return response
""",
}
