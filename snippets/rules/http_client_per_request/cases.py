"""Clients opened for a request, and clients that are kept."""

BAD = ['async with httpx.AsyncClient(base_url=os.environ["STOCK_URL"]) as client:']

FOUND = {
    "a pool for each job that is enqueued": """
from arq.connections import ArqRedis, RedisSettings, create_pool
from fastapi import APIRouter
router = APIRouter()
@router.post("/users")
async def create(name: str):
    redis: ArqRedis = await create_pool(RedisSettings())  # !
    await redis.enqueue_job("greet", name)
    return name
""",
    "a pool for each query": """
import asyncpg
from fastapi import FastAPI
app = FastAPI()
@app.get("/users")
async def users():
    pool = await asyncpg.create_pool("postgresql://db/app")  # !
    async with pool.acquire() as connection:
        return await connection.fetch("SELECT name FROM users LIMIT 10")
""",
    "clients of services, not of HTTP": """
import boto3
import redis.asyncio as redis
from fastapi import Depends, FastAPI
from openai import AsyncOpenAI
from pymongo import AsyncMongoClient
from redis import Redis
app = FastAPI()
def get_models() -> AsyncOpenAI:
    return AsyncOpenAI(timeout=10)  # !
@app.get("/answers")
async def answer(question: str, models: AsyncOpenAI = Depends(get_models)):
    return await models.responses.create(model="m", input=question)
@app.get("/counts")
async def count() -> int:
    client = redis.from_url("redis://cache")  # !
    return await client.incr("count")
@app.get("/counts/{key}")
def count_one(key: str) -> int:
    return Redis(host="cache").incr(key)  # !
@app.get("/notes")
async def notes():
    async with AsyncMongoClient("mongodb://db") as client:  # !
        return await client.app.notes.find({}).to_list()
@app.post("/files")
def keep(name: str) -> None:
    s3 = boto3.client("s3")  # !
    s3.upload_file(name, "bucket", name)
""",
    "in the background, after the response": """
import httpx
from fastapi import BackgroundTasks, FastAPI
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse
app = FastAPI()
async def post(url: str) -> None:
    async with httpx.AsyncClient() as client:  # !
        await client.post(url)
async def notify(url: str) -> None:
    await post(url)
def forget(url: str) -> None:
    with httpx.Client() as client:  # !
        client.delete(url)
@app.post("/orders")
async def order(tasks: BackgroundTasks) -> None:
    tasks.add_task(notify, "https://example.com")
@app.delete("/orders")
async def cancel() -> JSONResponse:
    return JSONResponse({}, background=BackgroundTask(forget, "https://example.com"))
""",
    "in the endpoint, under another name": """
from fastapi import FastAPI
from httpx import AsyncClient as Http
app = FastAPI()
@app.get("/")
async def read() -> str:
    async with Http(timeout=3) as client:  # !
        return (await client.get("https://example.com")).text
""",
    "in a service of another module": """
#= weather.py
import httpx
class Weather:
    async def today(self) -> str:
        client = httpx.AsyncClient()  # !
        try:
            return (await client.get("https://example.com")).text
        finally:
            await client.aclose()
#= main.py
from fastapi import APIRouter
from weather import Weather
router = APIRouter()
weather = Weather()
@router.get("/")
async def read() -> str:
    return await weather.today()
""",
    "aiohttp": """
import aiohttp
from fastapi import FastAPI
app = FastAPI()
async def load() -> str:
    async with aiohttp.ClientSession() as session:  # !
        async with session.get("https://example.com") as response:
            return await response.text()
@app.get("/")
async def read() -> str:
    return await load()
""",
    "synchronous, in a plain endpoint": """
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read() -> str:
    with httpx.Client() as client:  # !
        return client.get("https://example.com").text
""",
    "in middleware": """
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.middleware("http")
async def check(request, call_next):
    async with httpx.AsyncClient(base_url="https://auth.example.com") as client:  # !
        await client.post("/check")
    return await call_next(request)
""",
    "returned by a dependency": """
from typing import Annotated
import httpx
from fastapi import Depends, FastAPI
app = FastAPI()
def get_client() -> httpx.AsyncClient:
    return httpx.AsyncClient()  # !
@app.get("/")
async def read(client: Annotated[httpx.AsyncClient, Depends(get_client)]) -> str:
    return (await client.get("https://example.com")).text
""",
    "a handler that a bus finds by its command": """
#= bus.py
HANDLERS = {}
def handles(command):
    def register(function):
        HANDLERS[command] = function
        return function
    return register
async def send(command):
    return await HANDLERS[type(command)](command)
#= handlers.py
import httpx
from bus import handles
class Refund: ...
class Report: ...
@handles(Refund)
async def refund(command):
    async with httpx.AsyncClient() as client:  # !
        await client.post("https://refunds.example")
#= main.py
from fastapi import FastAPI
import bus
import handlers
app = FastAPI()
@app.post("/a")
async def a():
    await bus.send(handlers.Refund())
""",
}

LOOK_ALIKES = {
    "a pool that the lifespan makes": """
from contextlib import asynccontextmanager
import arq
from arq.connections import RedisSettings
from fastapi import FastAPI, Request
@asynccontextmanager
async def lifespan(app):
    app.state.jobs = await arq.create_pool(RedisSettings())
    yield
    await app.state.jobs.aclose()
app = FastAPI(lifespan=lifespan)
@app.post("/users")
async def create(name: str, request: Request):
    await request.app.state.jobs.enqueue_job("greet", name)
""",
    "what it fetches is kept, by the name of the decorator": """
import httpx
from caching import ttl_cache
from fastapi import FastAPI
app = FastAPI()
@ttl_cache(ttl=86400)
async def rates() -> dict:
    async with httpx.AsyncClient() as client:
        return (await client.get("https://example.com/rates")).json()
@app.get("/rates")
async def read() -> dict:
    return await rates()
""",
    "a dependency's pool, which is depends-cached-per-request": """
import redis.asyncio as redis
from fastapi import Depends, FastAPI
app = FastAPI()
async def get_redis():
    client = redis.Redis(host="cache")
    yield client
@app.get("/")
async def read(client = Depends(get_redis)):
    return await client.get("x")
""",
    "a client for each key, kept by who asks for it, or of a customer": """
import httpx
import openai
from fastapi import FastAPI
clients = {}
app = FastAPI()
def make_client(url: str) -> httpx.Client:
    if url.startswith("https"):
        client = httpx.Client(base_url=url)
    else:
        client = httpx.Client(base_url=url, timeout=1)
    return client
@app.get("/a")
def a(url: str) -> str:
    client = clients.get(url)
    if client is None:
        client = make_client(url)
        clients[url] = client
    return client.get("/").text
@app.get("/b")
def b(customer: str, database) -> str:
    key = database.key_of(customer)
    return openai.OpenAI(api_key=key).models.list()
""",
    "clients of services that are kept": """
import functools
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI, Request
from openai import AsyncOpenAI
from redis.asyncio import Redis
store = Redis(host="cache")
@functools.cache
def get_models() -> AsyncOpenAI:
    return AsyncOpenAI()
@asynccontextmanager
async def lifespan(app: FastAPI):
    async with Redis(host="queue") as queue:
        yield {"queue": queue}
app = FastAPI(lifespan=lifespan)
@app.get("/")
async def answer(request: Request, models: AsyncOpenAI = Depends(get_models)):
    return await store.incr("count"), await request.state.queue.llen("jobs")
""",
    "in the lifespan": """
from contextlib import asynccontextmanager
import httpx
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app: FastAPI):
    async with httpx.AsyncClient() as client:
        yield {"client": client}
app = FastAPI(lifespan=lifespan)
""",
    "cached, by a decorator and in a global": """
import functools
import httpx
from fastapi import Depends, FastAPI
app = FastAPI()
_client = None
@functools.lru_cache
def first() -> httpx.AsyncClient:
    return httpx.AsyncClient()
def second() -> httpx.AsyncClient:
    global _client
    if _client is None:
        _client = httpx.AsyncClient()
    return _client
@app.get("/")
async def read(a=Depends(first), b=Depends(second)): ...
""",
    "kept in an attribute": """
import httpx
from fastapi import FastAPI, Request
app = FastAPI()
class Weather:
    _client = None
    async def today(self) -> str:
        if self._client is None:
            self._client = httpx.AsyncClient()
        return (await self._client.get("https://example.com")).text
weather = Weather()
@app.get("/")
async def read(request: Request) -> str:
    client = httpx.AsyncClient()
    request.app.state.client = client
    return await weather.today()
""",
    "the cookies of one user": """
import httpx
from fastapi import FastAPI, Request
app = FastAPI()
@app.get("/")
async def read(request: Request) -> str:
    async with httpx.AsyncClient(cookies=request.cookies) as client:
        return (await client.get("https://example.com")).text
""",
    "at module level, in a script, without a client": """
import httpx
from fastapi import FastAPI
app = FastAPI()
client = httpx.AsyncClient()
@app.get("/")
def read() -> str:
    return httpx.get("https://example.com").text
async def main() -> None:
    async with httpx.AsyncClient() as own:
        await own.get("https://example.com")
""",
    "in a test, in process": """
#= main.py
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read() -> str:
    return "a"
#= test_main.py
import httpx
from main import app
async def test_read():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        await client.get("/")
""",
    "clients of one's own": """
from fastapi import FastAPI
app = FastAPI()
class AsyncClient:
    async def get(self, url: str) -> str:
        return url
@app.get("/")
async def read() -> str:
    return await AsyncClient().get("https://example.com")
""",
    "given to an object that may keep it; for a cache": """
import httpx
from fastapi import FastAPI
from models import Provider
app = FastAPI()
CACHE = {}
@app.get("/a")
async def a() -> str:
    provider = Provider(client=httpx.AsyncClient())
    return provider.name
@app.get("/b")
async def b() -> str:
    if "b" not in CACHE:
        async with httpx.AsyncClient() as client:
            CACHE["b"] = (await client.get("https://example.com")).text
    return CACHE["b"]
""",
    "trusts what the caller says": """
import ssl
import httpx
from fastapi import FastAPI
app = FastAPI()
async def push(url: str, trusted: ssl.SSLContext) -> None:
    async with httpx.AsyncClient(verify=trusted) as client:
        await client.post(url)
async def pull(url: str, pem: str) -> str:
    context = ssl.create_default_context(cadata=pem)
    async with httpx.AsyncClient(verify=context, timeout=5) as client:
        return (await client.get(url)).text
@app.post("/gateways")
async def register(url: str, pem: str) -> str:
    await push(url, ssl.create_default_context(cadata=pem))
    return await pull(url, pem)
""",
    "the cookies of whoever signs in": """
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.post("/link")
def login_at_shop(name: str, password: str) -> str:
    with httpx.Client(base_url="https://shop.example.com") as client:
        client.post("/login", data={"name": name, "password": password})
        return client.get("/authorize").headers["location"]
""",
    "each customer says whom to trust": """
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.post("/hooks")
async def test_hook(number: int):
    hook = await load(number)
    async with httpx.AsyncClient(verify=hook.is_checked) as client:
        await client.post("https://hooks.example.com")
""",
    "the trust is computed": """
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read():
    trust = make_context()
    with httpx.Client(verify=trust) as client:
        return client.get("https://a.example.com").json()
""",
    "a wrapped client that a global keeps": """
from fastapi import FastAPI
from redis.asyncio import Redis
app = FastAPI()
_shelf = None
def _make_shelf():
    client = Redis.from_url("redis://cache")
    return Shelf(client, "v1")
def shelf():
    global _shelf
    if _shelf is None:
        _shelf = _make_shelf()
    return _shelf
@app.get("/")
async def read():
    return await shelf().get("a")
""",
    "two functions make what an attribute keeps": """
import httpx
from fastapi import FastAPI
app = FastAPI()
def connect():
    client = httpx.AsyncClient(base_url="https://a.example.com")
    return client
def build():
    return Api(connect())
class Gateway:
    def api(self):
        if self._api is None:
            self._api = build()
        return self._api
gateway = Gateway()
@app.get("/")
async def read():
    return await gateway.api().fetch()
""",
    "a function that is cached asks for it": """
from functools import cache
import httpx
from fastapi import FastAPI
app = FastAPI()
def connect():
    return httpx.Client(base_url="https://a.example.com")
@cache
def shared():
    return connect()
@app.get("/")
def read():
    return shared().get("/a").json()
""",
    "one global of several is tested, and each is filled from a local": """
import boto3
from fastapi import FastAPI
app = FastAPI()
_queue = None
_messages = None
def queues():
    global _queue, _messages
    if _queue is None or _messages is None:
        made = boto3.client("sqs")
        resource = boto3.resource("sqs")
        _queue = made
        _messages = resource.Queue("orders")
    return _queue, _messages
@app.get("/")
def read():
    return queues()[0].list_queues()
""",
}
