"""What dependencies make anew for each request."""

BAD = ["return LoginAttempts()"]

FOUND = {
    "an engine": """
from typing import Annotated
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
async def get_db():
    engine = create_async_engine("postgresql+asyncpg://db/app")  # !
    async with AsyncSession(engine) as session:
        yield session
SessionDep = Annotated[AsyncSession, Depends(get_db)]
""",
    "an engine in a function that the dependency calls, sync": """
#= db.py
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker
def make_maker(url):
    return sessionmaker(sa.create_engine(url))  # !
#= main.py
from fastapi import Depends, FastAPI
import db
def get_db():
    with db.make_maker("postgresql://db/app")() as session:
        yield session
app = FastAPI()
@app.get("/")
def home(session=Depends(get_db)): ...
""",
    "a pool of redis": """
from fastapi import Depends, FastAPI
from redis import asyncio as aioredis
async def get_redis() -> aioredis.Redis:
    return aioredis.from_url("redis://cache")  # !
app = FastAPI(dependencies=[Depends(get_redis)])
""",
    "a limiter, by its class": """
import fastapi
class RateLimiter:
    def __init__(self):
        self.calls = {}
    def check(self, name):
        self.calls[name] = self.calls.get(name, 0) + 1
app = fastapi.FastAPI()
@app.get("/")
def home(limiter: RateLimiter = fastapi.Depends(RateLimiter)):  # !
    limiter.check("a")
""",
    "a cache, by its class in the annotation": """
from typing import Annotated
from fastapi import Depends, FastAPI
class PriceCache:
    def __init__(self) -> None:
        self.prices: dict[str, float] = dict()
    def put(self, name: str, price: float) -> None:
        self.prices[name] = price
app = FastAPI()
@app.get("/")
def home(cache: Annotated[PriceCache, Depends()]):  # !
    cache.put("a", 1.0)
""",
    "a pool that the object of a service makes": """
from fastapi import Depends, FastAPI
from redis.asyncio import Redis
class Cache:
    def __init__(self, url: str):
        self.redis = Redis.from_url(url)  # !
class Carts:
    def __init__(self, url):
        self.cache = Cache(url)
def get_carts():
    return Carts("redis://cache")
app = FastAPI()
@app.get("/")
def home(carts: Carts = Depends(get_carts)): ...
""",
    "a pool of the class that is the dependency": """
from fastapi import Depends, FastAPI
from redis import Redis
class Cache:
    def __init__(self):
        self.redis = Redis(host="cache")  # !
app = FastAPI()
@app.get("/")
def home(cache: Cache = Depends(Cache)): ...
""",
    "a circuit breaker within a service": """
#= breaker.py
from collections import defaultdict
class CircuitBreaker:
    def __init__(self, limit=5):
        self.failures = defaultdict(list)
        self.limit = limit
    def fail(self, name):
        self.failures[name].append(1)
#= main.py
from fastapi import Depends, FastAPI
from breaker import CircuitBreaker as Breaker
class Payments:
    def __init__(self, breaker):
        self.breaker = breaker
def get_payments():
    return Payments(Breaker(3))  # !
app = FastAPI()
@app.post("/pay")
def pay(payments: Payments = Depends(get_payments)): ...
""",
}

LOOK_ALIKES = {
    "an object that there is once, and one that is kept": """
from fastapi import Depends, FastAPI
from redis.asyncio import Redis
class Cache:
    _one = None
    def __new__(cls):
        cls._one = cls._one or super().__new__(cls)
        return cls._one
    def __init__(self):
        self.redis = Redis.from_url("redis://cache")
class Pool:
    def __init__(self):
        self.redis = Redis.from_url("redis://cache")
class Carts:
    kept = None
    def __init__(self):
        if Carts.kept is None:
            Carts.kept = Pool()
def get_carts():
    return Carts()
def get_cache():
    return Cache()
app = FastAPI()
@app.get("/")
def home(carts=Depends(get_carts), cache=Depends(get_cache)): ...
""",
    "kept in a dictionary by its key": """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
ENGINES = {}
def engine_of(tenant: str):
    found = ENGINES.get(tenant)
    if found:
        return found
    made = create_async_engine(f"postgresql+asyncpg://{tenant}/app")
    ENGINES[tenant] = made
    return made
async def get_db():
    async with AsyncSession(engine_of("a")) as session:
        yield session
app = FastAPI()
@app.get("/")
async def root(session: AsyncSession = Depends(get_db)): ...
""",
    "kept by setdefault, and on the application": """
from fastapi import Depends, FastAPI, Request
from sqlalchemy import create_engine
ENGINES = {}
def by_default():
    return ENGINES.setdefault("a", create_engine("postgresql://db/app"))
def on_app(request: Request):
    engine = create_engine("postgresql://db/app")
    request.app.state.engine = engine
    return engine
def in_two_steps():
    engine = create_engine("postgresql://db/app")
    ENGINES.setdefault("b", engine)
    return engine
app = FastAPI()
@app.get("/")
def root(a=Depends(by_default), b=Depends(on_app), c=Depends(in_two_steps)): ...
""",
    "cached": """
from functools import lru_cache
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
@lru_cache
def get_engine():
    return create_engine("postgresql://db/app")
def get_db(engine=Depends(get_engine)):
    yield engine
def get_other():
    return get_engine()
app = FastAPI(dependencies=[Depends(get_db), Depends(get_other)])
""",
    "made once, in a global": """
from fastapi import Depends, FastAPI
import redis
pool = None
def get_redis():
    global pool
    if pool is None:
        pool = redis.from_url("redis://cache")
    return pool
app = FastAPI(dependencies=[Depends(get_redis)])
""",
    "a client over the pool of the module": """
from fastapi import Depends, FastAPI
from redis.asyncio import ConnectionPool, Redis
pool = ConnectionPool.from_url("redis://cache")
async def get_redis():
    async with Redis(connection_pool=pool) as client:
        yield client
app = FastAPI(dependencies=[Depends(get_redis)])
""",
    "a limiter of the module": """
from fastapi import Depends, FastAPI
class RateLimiter:
    def __init__(self):
        self.names = frozenset()
limiter = RateLimiter()
def get_limiter():
    return limiter
app = FastAPI(dependencies=[Depends(get_limiter)])
""",
    "an object that keeps things for one request": """
from fastapi import Depends, FastAPI
class Basket:
    def __init__(self):
        self.items = []
    def add(self, item):
        self.items.append(item)
class RequestCache:
    def __init__(self):
        self.seen = {}
    def put(self, key, value):
        self.seen[key] = value
def get_basket():
    return Basket()
app = FastAPI(dependencies=[Depends(get_basket), Depends(RequestCache)])
""",
    "limits that nothing changes": """
from fastapi import Depends, FastAPI, Query
class Limits:
    def __init__(self, limit: int = Query(10)):
        self.limit = limit
        self.allowed = [10, 20]
class Page:
    def __init__(self, rate_names: str = ""):
        self.names = rate_names.split(",")
app = FastAPI(dependencies=[Depends(Limits), Depends(Page)])
""",
    "a singleton, and a class whose objects share": """
from fastapi import Depends, FastAPI
class Cache:
    _one = None
    def __new__(cls):
        cls._one = cls._one or super().__new__(cls)
        return cls._one
    def __init__(self):
        self.values = {}
    def put(self, key):
        self.values[key] = 1
def get_cache():
    return Cache()
app = FastAPI(dependencies=[Depends(get_cache)])
""",
    "made by the lifespan": """
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import create_async_engine
@asynccontextmanager
async def lifespan(app):
    engine = create_async_engine("postgresql+asyncpg://db/app")
    yield {"engine": engine}
def get_engine(request: Request):
    return request.state.engine
app = FastAPI(lifespan=lifespan, dependencies=[Depends(get_engine)])
""",
    "another library's Depends": """
from faststream import Depends
from sqlalchemy import create_engine
def get_engine():
    return create_engine("postgresql://db/app")
def use(engine=Depends(get_engine)): ...
""",
}
