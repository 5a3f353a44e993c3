"""Tasks that are started: whether something keeps them."""

BAD = ["asyncio.create_task(follow_prices())"]

_ROUTER = """
import asyncio
from fastapi import APIRouter, FastAPI
router = APIRouter()
async def remind(user: int) -> None: ...
"""

FOUND = {
    "in a function beside one that runs at the end of the process": """
import asyncio
import atexit
from fastapi import FastAPI
app = FastAPI()
def close():
    print("ended")
atexit.register(close)
async def work(queue):
    while True:
        print(await queue.get())
async def restart(queue):
    asyncio.create_task(work(queue))  # !
""",
    "a task that waits for others": """
import asyncio
from fastapi import FastAPI
app = FastAPI()
queue = asyncio.Queue()
async def follow():
    while True:
        print(await queue.get())
        await asyncio.sleep(1)
@app.on_event("startup")
async def start():
    asyncio.create_task(follow())  # !
    work = follow()
    asyncio.ensure_future(work)  # !
""",
    "in an endpoint": _ROUTER
    + """
@router.post("/{user}")
async def start(user: int) -> None:
    asyncio.create_task(remind(user))  # !
""",
    "ensure_future, at the start": """
import asyncio as aio
from fastapi import FastAPI
app = FastAPI()
async def poll(): ...
@app.on_event("startup")
async def begin():
    aio.ensure_future(poll())  # !
""",
    "of a loop, in a class": _ROUTER
    + """
class Mailer:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
    def send(self, user: int) -> None:
        self._loop.create_task(remind(user))  # !
""",
    "of the loop that runs": _ROUTER
    + """
def send(user):
    loop = asyncio.get_running_loop()
    loop.create_task(remind(user), name="remind")  # !
    asyncio.get_event_loop().create_task(remind(user))  # !
""",
    "in a variable that ends with the function": _ROUTER
    + """
@router.post("/{user}")
async def start(user: int) -> dict:
    task = asyncio.create_task(remind(user))  # !
    return {"status": "queued"}
@router.put("/{user}")
async def again(user: int) -> None:
    _ = asyncio.create_task(remind(user))  # !
""",
    "many, in a list that nobody has": _ROUTER
    + """
def send(users):
    [asyncio.create_task(remind(user)) for user in users]  # !
""",
    "with a callback alone": _ROUTER
    + """
def send(user, log):
    asyncio.create_task(remind(user)).add_done_callback(log)  # !
""",
    "under a condition, of another module": """
#= events.py
from asyncio import create_task as start
async def publish(event): ...
class Bus:
    def tell(self, event):
        if event:
            start(publish(event))  # !
#= main.py
from fastapi import FastAPI
from events import Bus
app = FastAPI()
@app.post("/")
async def post():
    Bus().tell("x")
""",
    "a timer that stands for work to come": """
import asyncio
import logging
from fastapi import APIRouter
router = APIRouter()
logger = logging.getLogger(__name__)
async def send_receipt(order: int) -> None:
    await asyncio.sleep(2)
    logger.info("receipt of %s", order)
@router.post("/{order}")
async def pay(order: int) -> None:
    asyncio.create_task(send_receipt(order))  # !
    receipt = send_receipt(order)
    asyncio.ensure_future(receipt)  # !
""",
    "a coroutine whose comprehension waits": """
import asyncio
from fastapi import APIRouter, FastAPI
router = APIRouter()
async def show(rows) -> None:
    print([row async for row in rows])
@router.post("/")
async def start(rows=None) -> None:
    asyncio.create_task(show(rows))  # !
""",
}

LOOK_ALIKES = {
    "at the end of the process, by when no loop runs": """
import asyncio
import atexit
import httpx
from fastapi import FastAPI
app = FastAPI()
client = httpx.AsyncClient()
def close():
    if asyncio.get_event_loop().is_running():
        asyncio.create_task(client.aclose())
atexit.register(close)
@atexit.register
def say():
    asyncio.ensure_future(client.get("https://example.com/ended"))
""",
    "a timer or a thread holds the task": """
import asyncio
import anyio
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from watchfiles import awatch
app = FastAPI()
kept = {}
async def reload(path):
    async for changes in awatch(path):
        print(changes)
async def tick():
    while True:
        print("here")
        await asyncio.sleep(60)
async def forget(key):
    await asyncio.sleep(5)
    kept.pop(key, None)
async def later():
    await anyio.sleep(5)
    await anyio.to_thread.run_sync(print, "now")
async def write():
    await asyncio.to_thread(print, "now")
async def read():
    await run_in_threadpool(print, "now")
@app.on_event("startup")
async def start():
    asyncio.create_task(reload("."))
    asyncio.create_task(tick())
    asyncio.create_task(forget("a"))
    asyncio.ensure_future(later())
    asyncio.get_running_loop().create_task(write())
    asyncio.create_task(read())
""",
    "a task that is kept already": """
import asyncio
from fastapi import FastAPI
app = FastAPI()
running = set()
async def work(): ...
class Runner:
    def start(self, context, loop):
        task = context.run(loop.create_task, work())
        running.add(task)
        asyncio.ensure_future(task).add_done_callback(running.discard)
        return task
    def watch(self, future: asyncio.Future):
        asyncio.ensure_future(future).add_done_callback(print)
def follow(task):
    asyncio.ensure_future(task)
def again():
    task = asyncio.create_task(work())
    running.add(task)
    asyncio.ensure_future(task)
def each():
    for task in running:
        asyncio.ensure_future(task)
""",
    "kept in a set": _ROUTER
    + """
tasks = set()
@router.post("/{user}")
async def start(user: int) -> None:
    task = asyncio.create_task(remind(user))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
""",
    "a task group": _ROUTER
    + """
@router.post("/")
async def start(users: list[int]) -> None:
    async with asyncio.TaskGroup() as group:
        for user in users:
            group.create_task(remind(user))
""",
    "an attribute of the application": """
import asyncio
from fastapi import FastAPI
app = FastAPI()
async def poll(): ...
@app.on_event("startup")
async def begin():
    app.state.poller = asyncio.create_task(poll())
""",
    "a variable of the lifespan": """
import asyncio
from contextlib import asynccontextmanager
from fastapi import FastAPI
async def poll(): ...
@asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(poll())
    yield
app = FastAPI(lifespan=lifespan)
""",
    "a variable while the function waits": _ROUTER
    + """
async def main(server):
    poller = asyncio.ensure_future(remind(1))
    await server.serve()
""",
    "gathered": _ROUTER
    + """
@router.get("/")
async def both() -> None:
    tasks = [asyncio.create_task(remind(user)) for user in (1, 2)]
    await asyncio.gather(*tasks, asyncio.ensure_future(remind(3)))
    await asyncio.create_task(remind(4))
""",
    "returned to the caller": _ROUTER
    + """
def start(user):
    return asyncio.create_task(remind(user))
""",
    "a global": _ROUTER
    + """
poller = None
def begin():
    global poller
    poller = asyncio.create_task(remind(1))
""",
    "another create_task": """
from fastapi import APIRouter
from kept import create_task
from taskqueue import client
router = APIRouter()
@router.post("/")
async def start() -> None:
    create_task(print())
    client.create_task("remind")
""",
    "nobody is left to keep it": _ROUTER
    + """
class Client:
    async def close(self): ...
    def __del__(self):
        asyncio.create_task(self.close())
""",
    "a thread, which goes on": """
import asyncio
import time
from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette import concurrency
router = APIRouter()
def convert(path: str) -> None:
    time.sleep(1)
@router.post("/a")
async def a(path: str) -> None:
    asyncio.create_task(asyncio.to_thread(convert, path))
    asyncio.create_task(to_thread.run_sync(convert, path), name="convert")
    loop = asyncio.get_running_loop()
    loop.create_task(run_in_threadpool(convert, path))
    loop.create_task(concurrency.run_in_threadpool(lambda: convert(path)))
@router.post("/b")
async def b(path: str) -> None:
    work = asyncio.to_thread(convert, path)
    task = asyncio.create_task(coro=work)
    asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(None, convert, path))
    asyncio.ensure_future(coro_or_future=asyncio.to_thread(convert, path))
""",
    "a coroutine that waits for nothing": """
import asyncio
import smtplib
from fastapi import APIRouter, FastAPI
router = APIRouter()
class Mails:
    @staticmethod
    async def send(to: str) -> None:
        with smtplib.SMTP("mail") as server:
            server.sendmail("a", to, "b")
async def log(text: str) -> None:
    print(text)
async def count(names: list[str]) -> None:
    print(len([name for name in names if name]))
@router.post("/")
async def send(to: str) -> None:
    asyncio.create_task(Mails.send(to))
    asyncio.ensure_future(log(to))
    asyncio.get_running_loop().create_task(count([to]))
""",
    "one that waits for what never waits": """
import asyncio
import smtplib
from fastapi import FastAPI
app = FastAPI()
async def send(to: str, text: str) -> None:
    with smtplib.SMTP("mail") as server:
        server.sendmail("a@a.example", to, text)
async def write(kind: str, to: str) -> None:
    if kind == "x":
        await send(to, "x")
    await send(to, kind)
@app.post("/")
async def create(to: str):
    asyncio.create_task(write("created", to))
""",
}
