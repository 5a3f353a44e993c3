"""Coroutines that are kept: by which decorator, and where."""

BAD = ["async def get_settings() -> Settings:"]

FOUND = {
    "with a size, the module imported": """
import functools as ft
from fastapi import FastAPI
app = FastAPI()
@ft.lru_cache(maxsize=128)
async def rate(currency: str) -> float: ...  # !
""",
    "cache": """
from functools import cache
from fastapi import APIRouter
router = APIRouter()
@router.get("/rates")
@cache
async def rates(): ...  # !
""",
    "a method": """
from functools import lru_cache
from sqlalchemy.ext.asyncio import AsyncSession
class Users:
    def __init__(self, session: AsyncSession) -> None: ...
    @lru_cache(maxsize=None)
    async def find(self, key: int): ...  # !
""",
    "a property": """
from functools import cached_property
from fastapi import FastAPI
app = FastAPI()
class Clients:
    @cached_property
    async def token(self) -> str: ...  # !
""",
    "a function that hands a coroutine on": """
#= client.py
async def fetch(key: str) -> bytes: ...
#= main.py
from functools import lru_cache
from fastapi import FastAPI
from client import fetch
app = FastAPI()
@lru_cache
def page(key: str):  # !
    return fetch(key)
""",
    "called, not a decorator": """
from functools import cache, lru_cache
from fastapi import FastAPI
app = FastAPI()
async def fetch(key: str) -> bytes: ...
kept = cache(fetch)  # !
also = lru_cache(maxsize=2)(fetch)  # !
""",
}

LOOK_ALIKES = {
    "a plain function": """
from functools import lru_cache
from fastapi import FastAPI
app = FastAPI()
@lru_cache
def get_settings() -> dict[str, str]: ...
""",
    "caches for coroutines": """
from aiocache import cached
from async_lru import alru_cache
from fastapi import FastAPI
app = FastAPI()
@alru_cache(maxsize=32)
async def rate(currency: str) -> float: ...
@cached(ttl=10)
async def other(currency: str) -> float: ...
""",
    "a cache of one's own": """
#= caching.py
def cache(function): ...
#= main.py
from fastapi import FastAPI
from caching import cache
app = FastAPI()
@cache
async def rate(currency: str) -> float: ...
""",
    "a client that coroutines use": """
from functools import cache
from fastapi import FastAPI
from httpx import AsyncClient
app = FastAPI()
@cache
def client() -> AsyncClient:
    return AsyncClient()
@app.get("/")
async def read():
    return (await client().get("https://example.com")).json()
""",
    "a function that makes coroutine functions": """
from functools import lru_cache
from fastapi import FastAPI
app = FastAPI()
@lru_cache
def checker(role: str):
    async def check() -> None: ...
    return check
""",
    "a task, which can be awaited often": """
import asyncio
from functools import cache
from fastapi import FastAPI
app = FastAPI()
async def fetch() -> bytes: ...
@cache
def page():
    return asyncio.ensure_future(fetch())
""",
}
