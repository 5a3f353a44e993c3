"""Coroutines that block, and what only looks like it."""

BAD = ['response = rates.get(f"/{currency}")']

FOUND = {
    "requests under another name": """
import requests as http
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read() -> str:
    return http.get("https://example.com", timeout=3).text  # !
""",
    "sleep in a dependency of another module": """
#= deps.py
from time import sleep as pause
async def slow_down() -> None:
    pause(1)  # !
#= main.py
from fastapi import Depends, FastAPI
from deps import slow_down
app = FastAPI(dependencies=[Depends(slow_down)])
@app.get("/")
async def read() -> str:
    return "a"
""",
    "through plain functions, once for two endpoints": """
#= rates.py
import httpx
def load() -> str:
    return httpx.get("https://example.com").text
def rate() -> float:
    return float(load())
#= main.py
from fastapi import APIRouter
import rates
router = APIRouter()
@router.get("/a")
async def a() -> float:
    return rates.rate()  # !
@router.get("/b")
async def b() -> float:
    return rates.rate()
""",
    "a synchronous session": """
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker
app = FastAPI()
maker = sessionmaker(create_engine("postgresql://db/a"))
def get_db():
    with maker() as session:
        yield session
@app.get("/")
async def read(db: Annotated[Session, Depends(get_db)]) -> int:
    return db.execute(text("SELECT 1")).scalar_one()  # !
@app.get("/users")
async def users(session=Depends(get_db)):
    return session.query(1).all()  # !
""",
    "subprocess in a service's method": """
import subprocess
from fastapi import FastAPI
class Converter:
    async def convert(self, path: str) -> bytes:
        return subprocess.check_output(["convert", path])  # !
app = FastAPI()
converter = Converter()
@app.post("/")
async def upload(path: str) -> int:
    return len(await converter.convert(path))
""",
    "Redis, S3 and SMTP": """
import smtplib
import boto3
from redis import Redis
from fastapi import FastAPI
app = FastAPI()
cache = Redis(host="redis")
s3 = boto3.client("s3")
@app.get("/a")
async def a() -> bytes:
    return cache.hgetall("a")  # !
@app.get("/b")
async def b():
    return s3.list_objects_v2(Bucket="b")  # !
@app.get("/c")
async def c():
    with smtplib.SMTP("mail") as server:  # !
        server.sendmail("a", "b", "c")
""",
    "in middleware": """
import urllib.request
from fastapi import FastAPI
app = FastAPI()
@app.middleware("http")
async def check(request, call_next):
    urllib.request.urlopen("https://example.com/flags")  # !
    return await call_next(request)
""",
    "awaited as the method of something unknown": """
import requests
from fastapi import Depends, FastAPI
app = FastAPI()
class Billing:
    async def charge_card(self) -> None:
        requests.post("https://pay.example.com", timeout=5)  # !
@app.post("/")
async def pay(container=Depends(lambda: None)) -> None:
    await container.billing.charge_card()
""",
}

LOOK_ALIKES = {
    "plain def": """
import requests, time
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read() -> str:
    time.sleep(1)
    return requests.get("https://example.com", timeout=3).text
""",
    "in threads": """
import asyncio, time, requests
from anyio import to_thread
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
app = FastAPI()
def load() -> str:
    return requests.get("https://example.com", timeout=3).text
@app.get("/")
async def read() -> str:
    def wait() -> None:
        time.sleep(1)
    await to_thread.run_sync(wait)
    await asyncio.to_thread(lambda: time.sleep(1))
    await asyncio.get_running_loop().run_in_executor(None, load)
    return await run_in_threadpool(load)
""",
    "asynchronous namesakes": """
import asyncio
import httpx
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession
from fastapi import FastAPI
app = FastAPI()
cache = Redis()
client = httpx.AsyncClient()
@app.get("/")
async def read(session: AsyncSession) -> None:
    await asyncio.sleep(1)
    await client.get("https://example.com")
    await cache.get("a")
    await session.execute("a")
    await asyncio.create_subprocess_exec("ls")
""",
    "at start, in a script, in a worker": """
import asyncio, time, requests
from contextlib import asynccontextmanager
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    requests.get("https://example.com/warm", timeout=3)
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/")
async def read() -> str:
    return "a"
async def main() -> None:
    time.sleep(3)
if __name__ == "__main__":
    asyncio.run(main())
""",
    "objects of one's own": """
from fastapi import FastAPI
app = FastAPI()
class Client:
    def get(self, path: str) -> str:
        return path
requests = Client()
cache = {}
@app.get("/")
async def read() -> str:
    cache.get("a")
    return requests.get("/a")
""",
    "a session inside run_sync": """
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from fastapi import FastAPI
app = FastAPI()
def load(session: Session):
    return session.get(int, 1)
@app.get("/")
async def read(db: AsyncSession):
    return await db.run_sync(load)
""",
    "a URL signed without a call, a pause nobody notices, the host's own name": """
import socket
import time
import boto3
from fastapi import FastAPI
app = FastAPI()
s3 = boto3.client("s3")
@app.get("/")
async def read() -> str:
    time.sleep(0)
    socket.gethostbyname(socket.gethostname())
    return s3.generate_presigned_url("get_object", Params={"Key": "a"})
""",
    "in a test": """
#= test_app.py
import time
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read() -> None:
    time.sleep(1)
""",
}
