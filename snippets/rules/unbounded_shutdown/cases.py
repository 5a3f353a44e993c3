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

_TWO_APPLICATIONS = (
    _STREAM
    + """
#= reports.py
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read(): ...
#= main.py
from fastapi import FastAPI
from events import router
import reports
app = FastAPI()
app.include_router(router)
app.mount("/reports", reports.app)
#= Dockerfile
CMD ["uvicorn", "reports:app"]
#= docker/Dockerfile
"""
)

_ANOTHER = """
#= calc/main.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read(): ...
"""
_STREAMING = (
    _STREAM
    + """
#= streams/main.py
from fastapi import FastAPI
from events import router
app = FastAPI()
app.include_router(router)
#= shared.py
import calc.main, streams.main
"""
)

_TWO_SERVICES = """
#= services/feed/app/main.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
async def ticks():
    while True:
        yield b"tick"
@app.get("/")
async def listen():
    return StreamingResponse(ticks())
#= services/feed/Dockerfile
FROM python:3.13
COPY app/ app/
CMD ["uvicorn", "app.main:app"]{mark}
#= services/orders/app/main.py
from fastapi import FastAPI
app = FastAPI()
#= services/orders/Dockerfile
FROM python:3.13
COPY app/ app/
CMD ["uvicorn", "app.main:app"]
"""
"""Two services whose modules have the same names, each with an image in its folder."""

FOUND = {
    "of two services with modules of the same names, the one that streams": _TWO_SERVICES.replace(
        "{mark}", "\n# !"
    ),
    "one of two applications that start themselves": _ANOTHER
    + """
if __name__ == "__main__":
    uvicorn.run("calc.main:app", port=8004)
"""
    + _STREAMING
    + """
#= run.py
import uvicorn
uvicorn.run("streams.main:app")  # !
""",
    "one of two services of a compose file": _ANOTHER
    + _STREAMING
    + """
#= compose.yaml
services:
  calc:
    command: uvicorn calc.main:app --port 8004
  gone:
    command: uvicorn services.gateway.main:app --workers 2
  streams:
    command: uvicorn streams.main:app  # !
""",
    "two files of one name: the one in the image's folder": _ANOTHER
    + _STREAMING
    + """
#= calc/Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app"]
#= streams/Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app"]
# !
""",
    "a module that the image puts elsewhere, of the one application": _STREAM
    + """
#= main.py
from fastapi import FastAPI
from events import router
app = FastAPI()
app.include_router(router)
#= Dockerfile
FROM python:3.13
COPY . /srv/shop
CMD ["uvicorn", "shop.main:app"]
# !
""",
    "an application that loads its routers by name": _ANOTHER
    + _STREAM
    + """
#= streams/main.py
from importlib import import_module
from fastapi import FastAPI
app = FastAPI()
for name in ("events",):
    app.include_router(import_module(name).router)
#= shared.py
import calc.main, streams.main, events
#= compose.yaml
services:
  calc:
    command: uvicorn calc.main:app
  streams:
    command: uvicorn streams.main:app  # !
""",
}
FOUND |= {
    "two applications, of which one streams": _TWO_APPLICATIONS
    + """CMD ["uvicorn", "main:app"]
# !
""",
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
from fastapi.sse import EventSourceResponse
app = FastAPI()
@app.get("/events", response_class=EventSourceResponse)
async def events():
    while 1:
        yield {"data": "tick"}
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
    "until the client leaves": _STREAM.replace(
        'yield "tick"',
        'if await request.is_disconnected():\n            break\n        yield "tick"',
    )
    + """
#= run.py
import uvicorn, events
uvicorn.run(events.router)  # !
""",
    "while the client is there": _STREAM.replace(
        "while True", "while not await request.is_disconnected()"
    )
    + """
#= run.py
import uvicorn, events
uvicorn.run(events.router)  # !
""",
    "a generator of another module, wrapped, under a name": """
#= source.py
async def ticks():
    while True:
        try:
            for number in range(3):
                if number > 1:
                    break
                yield number
        except GeneratorExit:
            return
#= main.py
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from source import ticks
async def lines(numbers):
    async for number in numbers:
        yield f"{number}\\n"
app = FastAPI()
@app.get("/events")
async def events():
    body = lines(ticks())
    return StreamingResponse(content=body)
uvicorn.run(app)  # !
""",
    "an image": _STREAM
    + """
#= Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "events:router", "--host", "0.0.0.0"]
# !
""",
    "fastapi run in a compose file": _STREAM
    + """
#= compose.prod.yaml
services:
  api:
    image: events
    command: ["fastapi", "run", "events.py", "--workers", "2"]  # !
""",
}

LOOK_ALIKES = {
    "a tool starts it": _STREAM
    + """
#= main.py
from fastapi import FastAPI
from events import router
app = FastAPI()
app.include_router(router)
#= tools/smoke.py
import uvicorn
from main import app
def serve():
    uvicorn.run(app, port=8000)
""",
    "a server that an application without the stream starts": _ANOTHER
    + """
if __name__ == "__main__":
    uvicorn.run("calc.main:app", port=8004)
"""
    + _STREAMING,
    "the same, with the application itself": _ANOTHER
    + """
def main():
    uvicorn.run(app, port=8004)
"""
    + _STREAMING,
    "a module that is in no file, beside a start of the one application": _STREAM
    + """
#= streams.py
from fastapi import FastAPI
from events import router
app = FastAPI()
app.include_router(router)
#= compose.yaml
services:
  gateway:
    command: uvicorn services.gateway.main:app
  streams:
    command: uvicorn streams:app --timeout-graceful-shutdown 5
""",
    "a module that is in no file, beside two applications": _ANOTHER
    + _STREAMING
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "services.gateway.main:app", "--host", "0.0.0.0"]
""",
}
LOOK_ALIKES |= {
    "the stream is another application's": _TWO_APPLICATIONS
    + """CMD ["uvicorn", "main:app", "--timeout-graceful-shutdown", "5"]
""",
    "limited in the image, gunicorn in the script": _STREAM
    + """
#= Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "events:router", "--timeout-graceful-shutdown", "20"]
#= start.sh
exec gunicorn -k uvicorn_worker.UvicornWorker events:router
""",
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
@app.get("/id")
def read_id():
    return next(ids())
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
    "sse_starlette, which ends its streams at SIGTERM": """
import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import EventSourceResponse
app = FastAPI()
@app.get("/events")
async def events():
    async def ticks():
        while True:
            yield {"data": "tick"}
    return EventSourceResponse(ticks())
uvicorn.run(app)
""",
    "an endless generator beside a stream that ends": """
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
def ids():
    while True:
        yield 1
def rows():
    yield from ("a", "b")
@app.get("/rows")
def read_rows():
    return StreamingResponse(rows())
uvicorn.run(app)
""",
    "a file read in pieces": """
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
def pieces(file):
    while True:
        piece = file.read(65536)
        if not piece:
            return
        yield piece
@app.get("/file")
def read_file():
    return StreamingResponse(pieces(open("data", "rb")))
uvicorn.run(app)
""",
}
