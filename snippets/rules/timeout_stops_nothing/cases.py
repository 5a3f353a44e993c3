"""Timeouts of requests: what they stop."""

BAD = ["async with asyncio.timeout(LIMIT):"]

_APP = """
import asyncio
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware
app = FastAPI()
"""

FOUND = {
    "wait_for": _APP
    + """
@app.middleware("http")
async def limit(request: Request, call_next):
    try:
        return await asyncio.wait_for(call_next(request), timeout=30)  # !
    except asyncio.TimeoutError:
        return JSONResponse({}, 504)
""",
    "in a class": _APP
    + """
class Limit(BaseHTTPMiddleware):
    def __init__(self, app, seconds):
        super().__init__(app)
        self.seconds = seconds
    async def dispatch(self, request, call_next):
        async with asyncio.timeout(self.seconds):  # !
            response = await call_next(request)
        return response
app.add_middleware(Limit, seconds=30)
""",
    "anyio": _APP
    + """
import anyio
@app.middleware("http")
async def limit(request: Request, answer):
    with anyio.fail_after(30):  # !
        return await answer(request)
""",
    "through a variable": _APP
    + """
from asyncio import wait_for
@app.middleware("http")
async def limit(request: Request, call_next):
    answering = call_next(request)
    return await wait_for(answering, 30)  # !
""",
    "a function that is added elsewhere": """
#= limits.py
import anyio
async def limit(request, call_next):
    with anyio.move_on_after(10) as scope:  # !
        return await call_next(request)
#= main.py
from fastapi import FastAPI
from limits import limit
app = FastAPI()
app.middleware("http")(limit)
""",
    "a function that dispatches": _APP
    + """
async def limit(request, call_next):
    return await asyncio.wait_for(call_next(request), 9)  # !
app.add_middleware(BaseHTTPMiddleware, dispatch=limit)
""",
    "a method that dispatch calls": _APP
    + """
class Limit(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await self.run(request, call_next)
    async def run(self, request, call_next):
        async with asyncio.timeout(4):  # !
            return await call_next(request)
""",
}

LOOK_ALIKES = {
    "plain ASGI": _APP
    + """
class Limit:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        async with asyncio.timeout(30):
            await self.app(scope, receive, send)
app.add_middleware(Limit)
""",
    "around something else": _APP
    + """
@app.middleware("http")
async def check(request: Request, call_next):
    user = await asyncio.wait_for(find_user(request), 1)
    async with asyncio.timeout(1):
        await note(user)
    return await call_next(request)
""",
    "in an endpoint": _APP
    + """
@app.get("/")
async def read():
    async with asyncio.timeout(5):
        return await fetch()
""",
    "a helper that is no middleware": _APP
    + """
async def retry(request, send):
    return await asyncio.wait_for(send(request), 5)
""",
    "the time is only measured": _APP
    + """
import time
@app.middleware("http")
async def measure(request: Request, call_next):
    begin = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Time"] = str(time.perf_counter() - begin)
    return response
""",
    "middleware of FastMCP, which cancels the tool": _APP
    + """
from fastmcp.server.middleware import Middleware
class Deadline(Middleware):
    async def on_message(self, context, call_next):
        async with asyncio.timeout(20):
            return await call_next(context)
""",
    "a chain of handlers of a bus": _APP
    + """
async def limited(message, call_next):
    return await asyncio.wait_for(call_next(message), 3)
bus.use(limited)
""",
}
