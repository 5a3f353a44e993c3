"""Starts of the server, and streams without an end."""

BAD = ['uvicorn.run(app, port=int(os.environ["APP_PORT"]))']

_STREAM = """
#= events.py
import asyncio
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
router = APIRouter()
async def ticks():
    while True:
        yield "tick"
        await asyncio.sleep(1)
@router.get("/events")
async def events():
    return StreamingResponse(ticks())
"""

FOUND = {
    "the stream in another module": _STREAM
    + """
#= run.py
import uvicorn
from fastapi import FastAPI
from events import router
app = FastAPI()
app.include_router(router)
if __name__ == "__main__":
    uvicorn.run(app)  # !
""",
    "by the name of the application": _STREAM.replace("events.py", "main.py")
    + """
#= run.py
from uvicorn import run
def main() -> None:
    run("main:router", host="0.0.0.0", workers=2)  # !
""",
    "uvicorn.Config": _STREAM
    + """
#= run.py
import uvicorn as server
import events
config = server.Config(events.router, port=8000)  # !
""",
    "server-sent events, while 1": """
import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import EventSourceResponse
app = FastAPI()
@app.get("/events")
async def events():
    async def ticks():
        while 1:
            yield {"data": "tick"}
    return EventSourceResponse(ticks())
uvicorn.run(app, reload=False)  # !
""",
    "a plain generator": """
import time, uvicorn
import fastapi as fa
from starlette.responses import StreamingResponse as Stream
app = fa.FastAPI()
def ticks():
    while True:
        yield b"tick"
        time.sleep(1)
@app.get("/events")
def events():
    return Stream(ticks())
uvicorn.run(app)  # !
""",
}

LOOK_ALIKES = {
    "limited": _STREAM
    + """
#= run.py
import uvicorn, events
uvicorn.run(events.router, timeout_graceful_shutdown=30)
""",
    "a stream that ends": _STREAM.replace(
        'yield "tick"', 'yield "tick"\n        if done:\n            break'
    )
    + """
#= run.py
import uvicorn, events
uvicorn.run(events.router)
""",
    "development": _STREAM
    + """
#= run.py
import uvicorn, events
uvicorn.run("events:router", reload=True)
""",
    "no stream": """
import uvicorn
from fastapi import FastAPI
app = FastAPI()
def ids():
    while True:
        yield 1
uvicorn.run(app)
""",
    "options that nobody can read": _STREAM
    + """
#= run.py
import uvicorn, events
from settings import options
uvicorn.run(events.router, **options)
""",
    "another run": _STREAM
    + """
#= run.py
import events
from hypercorn import run
run(events.router)
""",
}
