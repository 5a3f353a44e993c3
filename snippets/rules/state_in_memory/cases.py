"""What modules keep between requests: state, and what a process may have a copy of."""

BAD = ["attempts: Counter[str] = Counter()"]

_FILED = """
import json
from pathlib import Path
from fastapi import FastAPI
RUNS = Path("/srv/runs.json")
OTHER = Path("/srv/other.json")
runs: list[dict] = []MARK
app = FastAPI()
def locked(work):
    return work()
def saved():
    with open(RUNS) as file:
        return json.load(file)
def save(entry):
    def work():
        entries = saved()
        entries.append(entry)
        with RUNS.open("w") as file:
            json.dump(entries, file)
    locked(work)
@app.post("/runs")
def start(name: str):
    runs.append({"name": name})
    KEEP
    return {"name": name}
@app.get("/runs")
def listed():
    ANSWER
"""


def _filed(answer: str, keep: str = 'save({"name": name})', mark: str = "") -> str:
    """Return a service with runs in memory and in a file, and what it reads of them."""
    texts = {"MARK": mark, "KEEP": keep, "ANSWER": answer}
    source = _FILED
    for name, text in texts.items():
        source = source.replace(name, text)
    return source


FOUND = {
    "a cache from which a change takes an entry": """
import time
from fastapi import FastAPI
app = FastAPI()
class PageCache:
    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, str]] = {}
    def get(self, key: str) -> str | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if time.monotonic() >= entry[0]:
            del self._entries[key]
            return None
        return entry[1]
    def put(self, key: str, page: str) -> None:
        self._entries[key] = (time.monotonic() + 30, page)
    def forget(self, key: str) -> None:
        self._entries.pop(key, None)
pages = PageCache()  # !
@app.get("/{key}")
async def read(key: str) -> str:
    page = pages.get(key) or "page"
    pages.put(key, page)
    return page
@app.put("/{key}")
async def change(key: str) -> None:
    pages.forget(key)
""",
    "classes of the code, and one of a request": """
from fastapi import FastAPI
app = FastAPI()
class Csv: ...
class Registry:
    _parsers: dict[str, type] = {}  # !
    @classmethod
    def register(cls, name: str, parser: type) -> None:
        cls._parsers[name.lower()] = parser
    @classmethod
    def fill(cls) -> None:
        cls.register("csv", Csv)
@app.put("/parsers")
async def add(name: str) -> list[str]:
    Registry.fill()
    Registry.register(name, Csv)
    return list(Registry._parsers)
""",
    "in a file, too, that nobody reads": _filed("return runs", mark="  # !"),
    "in a file, too, that is read where the memory is empty": _filed(
        "if not runs:\n        return locked(saved)\n    return runs", mark="  # !"
    ),
    "another file is read": _filed("return json.loads(OTHER.read_text()) or runs", mark="  # !"),
    "no file is written": _filed("return locked(saved) or runs", "print(name)", "  # !"),
    "attempts that an object counts when it is made": """
from fastapi import FastAPI, HTTPException, Request
app = FastAPI()
class Attempt:
    counts: dict[str, int] = {}  # !
    def __init__(self, address: str) -> None:
        Attempt.counts[address] = Attempt.counts.get(address, 0) + 1
        self.is_last = Attempt.counts[address] > 5
@app.post("/login")
def login(request: Request):
    if Attempt(request.client.host).is_last:
        raise HTTPException(429)
""",
    "codes in a dictionary that forgets by itself": """
from cachetools import TTLCache
from fastapi import FastAPI, HTTPException
app = FastAPI()
codes: TTLCache[str, str] = TTLCache(maxsize=1000, ttl=300)  # !
@app.post("/codes")
async def send(email: str) -> None:
    codes[email] = "123456"
@app.post("/login")
async def login(email: str, code: str) -> str:
    if codes.pop(email, None) != code:
        raise HTTPException(401)
    return "token"
""",
    "the state of the application": """
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.attempts = {}  # !
    yield
app = FastAPI(lifespan=lifespan)
app.state.sold = set()  # !
@app.post("/codes")
async def code(email: str, request: Request) -> None:
    request.app.state.attempts[email] = request.app.state.attempts.get(email, 0) + 1
@app.post("/seats")
async def sell(seat: int, request: Request) -> bool:
    if seat in app.state.sold:
        raise ValueError
    app.state.sold.add(seat)
    return True
@app.post("/visits")
async def visit(request: Request) -> int:
    request.app.state.visits = getattr(request.app.state, "visits", 0) + 1  # !
    return request.app.state.visits
""",
    "a limiter of slowapi": """
#= limits.py
from slowapi import Limiter
from slowapi.util import get_remote_address
limiter = Limiter(  # !
    key_func=get_remote_address,
    default_limits=["5/minute"],
)
other = Limiter(key_func=get_remote_address, storage_uri="memory://")  # !
#= main.py
from fastapi import FastAPI, Request
from limits import limiter, other
app = FastAPI()
app.state.limiter = limiter
@app.post("/name")
@other.shared_limit("5/minute", scope="names")
async def name(request: Request) -> str:
    return "sent"
@app.post("/code")
@limiter.limit("5/minute")
async def code(request: Request) -> str:
    return "sent"
""",
    "a limiter of slowapi for all endpoints": """
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address
app = FastAPI()
app.state.limiter = Limiter(key_func=get_remote_address, default_limits=["5/minute"])  # !
app.add_middleware(SlowAPIMiddleware)
""",
    "a limiter that a function keeps": """
from fastapi import FastAPI, Request
from slowapi import Limiter
from slowapi.util import get_remote_address
app = FastAPI()
class Limits:
    def __init__(self):
        self.limiter = Limiter(key_func=get_remote_address)  # !
limits = Limits()
@app.post("/code")
@limits.limiter.limit("5/minute")
async def code(request: Request) -> str:
    return "sent"
""",
    "a dict of another module, filled without a look": """
#= store.py
sessions = {}  # !
#= main.py
import uuid
from fastapi import FastAPI
from store import sessions as kept
app = FastAPI()
@app.post("/login")
def login(name: str):
    token = str(uuid.uuid4())
    kept[token] = name
    return token
""",
    "a global number": """
import fastapi
visits = 0  # !
app = fastapi.FastAPI()
@app.get("/")
async def home() -> int:
    global visits
    visits += 1
    return visits
""",
    "lists in a defaultdict, by a dependency": """
import time
from collections import defaultdict
from fastapi import Depends, FastAPI, HTTPException, Request
calls: dict[str, list[float]] = defaultdict(list)  # !
def limit(request: Request) -> None:
    host = request.client.host
    if len(calls[host]) > 5:
        raise HTTPException(429)
    calls[host].append(time.time())
app = FastAPI(dependencies=[Depends(limit)])
""",
    "the connections of an object of the module": """
from fastapi import FastAPI, WebSocket
class ConnectionManager:
    def __init__(self):
        self.active: list[WebSocket] = []
    async def connect(self, websocket: WebSocket):
        await websocket.accept()
        self.active.append(websocket)
    def disconnect(self, websocket: WebSocket):
        self.active.remove(websocket)
    async def broadcast(self, message: str):
        for connection in self.active:
            await connection.send_text(message)
manager = ConnectionManager()  # !
app = FastAPI()
@app.websocket("/ws")
async def chat(websocket: WebSocket):
    await manager.connect(websocket)
    while True:
        await manager.broadcast(await websocket.receive_text())
""",
    "middleware that counts": """
from collections import defaultdict
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse
class Limit(BaseHTTPMiddleware):
    def __init__(self, app):
        super().__init__(app)
        self.hits = defaultdict(int)  # !
    async def dispatch(self, request, call_next):
        self.hits[request.client.host] += 1
        if self.hits[request.client.host] > 100:
            return JSONResponse({}, 429)
        return await call_next(request)
app = FastAPI()
app.add_middleware(Limit)
""",
    "jobs of a class, for all its objects": """
from fastapi import APIRouter
class Jobs:
    running = {}  # !
    @classmethod
    def start(cls, name):
        cls.running[name] = "running"
    def finish(self, name):
        self.running.pop(name)
router = APIRouter()
@router.post("/jobs/{name}")
async def start(name: str):
    Jobs.start(name)
@router.delete("/jobs/{name}")
async def finish(name: str):
    Jobs().finish(name)
""",
    "a cache that another request invalidates": """
from fastapi import FastAPI
import db
cache = dict()  # !
app = FastAPI()
@app.get("/products/{number}")
async def read(number: int):
    if number not in cache:
        cache[number] = await db.load(number)
    return cache[number]
@app.put("/products/{number}")
async def change(number: int):
    await db.store(number)
    cache.pop(number, None)
""",
    "tokens that are looked up to refuse": """
from fastapi import FastAPI, HTTPException
import state
app = FastAPI()
@app.post("/confirm")
def confirm(token: str):
    if token in state.used:
        raise HTTPException(400)
    state.used.add(token)
#= state.py
used: set[str] = set()  # !
""",
    "a lock around a change of the database": """
import asyncio
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
lock = asyncio.Lock()  # !
app = FastAPI()
async def get_db():
    async with maker() as session:
        yield session
@app.post("/transfer")
async def transfer(session: AsyncSession = Depends(get_db, scope="function")):
    async with lock:
        account = await session.get(dict, 1)
        account.balance -= 1
        await session.commit()
""",
    "a lock for each key, and a write in a function": """
import asyncio
from collections import defaultdict
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
wallets = defaultdict(asyncio.Lock)  # !
orders: dict[int, asyncio.Lock] = {}  # !
carts: dict[int, asyncio.Lock] = {}  # !
app = FastAPI()
async def get_db():
    async with maker() as session:
        yield session
def lock_for(key: int) -> asyncio.Lock:
    if key not in orders:
        orders[key] = asyncio.Lock()
    return orders[key]
async def take(session: AsyncSession, key: int):
    account = await session.get(dict, key)
    account.balance -= 1
    await session.commit()
@app.post("/wallets/{key}")
async def wallet(key: int, session: AsyncSession = Depends(get_db, scope="function")):
    async with wallets[key]:
        await take(session, key)
@app.post("/orders/{key}")
async def order(key: int, session: AsyncSession = Depends(get_db, scope="function")):
    async with lock_for(key):
        await take(session, key)
@app.post("/carts/{key}")
async def cart(key: int, session: AsyncSession = Depends(get_db, scope="function")):
    lock = carts.setdefault(key, asyncio.Lock())
    async with lock:
        await session.commit()
""",
    "emptied, or written to a file, at shutdown": """
import json
from contextlib import asynccontextmanager
from fastapi import FastAPI
orders: dict[str, str] = {}  # !
carts: dict[str, str] = {}  # !
@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    orders.clear()
    with open("carts.json", "w") as file:
        json.dump(carts, file)
app = FastAPI(lifespan=lifespan)
@app.post("/orders")
async def order(name: str):
    orders[name] = "open"
    carts[name] = "full"
@app.delete("/orders")
async def cancel(name: str):
    orders.pop(name, None)
    return carts.pop(name, None)
""",
    "only told in the log at shutdown": """
import logging
from contextlib import asynccontextmanager
from fastapi import FastAPI
orders: dict[str, str] = {}  # !
carts: dict[str, str] = {}  # !
class Store:
    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
    def put(self, name: str) -> None:
        self.rows[name] = name
    def take(self, name: str) -> None:
        self.rows.pop(name)
    def close(self) -> None:
        logging.info("stopping with %s", ", ".join(self.rows))
store = Store()  # !
@asynccontextmanager
async def lifespan(app: FastAPI):
    yield
    logging.info("stop: " + ", ".join(orders))
    for name in carts:
        logging.warning("closed %s", name)
app = FastAPI(lifespan=lifespan)
@app.post("/orders")
async def order(name: str):
    orders[name] = "open"
    carts[name] = "full"
    store.put(name)
@app.delete("/orders")
async def cancel(name: str):
    store.take(name)
    orders.pop(name, None)
    return carts.pop(name, None)
""",
    "entries that another function reads, or that are not always written": """
import asyncio
from fastapi import FastAPI
app = FastAPI()
current = {"user": "", "room": ""}  # !
options = {"language": "en"}  # !
draft = {"text": ""}  # !
@app.post("/a")
def a(user: str) -> dict:
    current["user"] = user
    return dict(current)
@app.get("/b")
def b() -> str:
    return current["user"]
@app.post("/c")
def c(language: str) -> dict:
    if language:
        options["language"] = language
    return dict(options)
@app.post("/d")
async def d(text: str) -> dict:
    draft["text"] = text
    await asyncio.sleep(1)
    return dict(draft)
""",
    "of tasks that must not run twice, or that another reads": """
import asyncio
from fastapi import BackgroundTasks, FastAPI
app = FastAPI()
running: set[str] = set()  # !
phases: dict[str, str] = {}  # !
async def build(job: str) -> None:
    if job in running:
        raise RuntimeError
    running.add(job)
    await asyncio.sleep(1)
    running.discard(job)
async def work(job: str) -> None:
    phases[job] = "read"
    await asyncio.sleep(1)
    phases.pop(job)
@app.post("/jobs")
async def start(job: str, tasks: BackgroundTasks):
    if job in running:
        return None
    tasks.add_task(build, job)
    await build(job)
    await work(job)
@app.get("/jobs")
async def phase(job: str):
    return phases.get(job)
""",
    "what another environment alone refuses": """
from fastapi import FastAPI, HTTPException
from settings import settings
app = FastAPI()
templates: dict[str, dict] = {}  # !
@app.post("/templates")
async def create(name: str, body: dict):
    templates[name] = body
@app.put("/templates")
async def change(name: str, body: dict):
    if settings.env == "production":
        raise HTTPException(501)
    templates[name] |= body
@app.delete("/templates")
async def delete(name: str):
    del templates[name]
""",
    "what another request takes out": """
import uuid
from fastapi import FastAPI
app = FastAPI()
uploads: dict[str, list[str]] = {}  # !
tickets: dict[str, str] = {}  # !
@app.post("/uploads")
def begin() -> str:
    key = str(uuid.uuid4())
    uploads[key] = []
    return key
@app.delete("/uploads/{key}")
def end(key: str) -> list[str]:
    return uploads.pop(key)
def sell(name: str) -> str:
    number = uuid.uuid4().hex
    tickets[number] = name
    return number
def use(number: str) -> str:
    return tickets.pop(number)
@app.post("/tickets")
def buy(name: str) -> str:
    return sell(name)
@app.delete("/tickets")
def enter(number: str) -> str:
    return use(number)
""",
    "an entry that a variable stands for": """
import time
from collections import defaultdict, deque
from fastapi import FastAPI, HTTPException
app = FastAPI()
class Limiter:
    def __init__(self, most: int) -> None:
        self.most = most
        self._asked: dict[str, deque] = defaultdict(deque)
    def allows(self, key: str) -> bool:
        asked = self._asked[key]
        if len(asked) >= self.most:
            return False
        asked.append(time.monotonic())
        return True
limiter = Limiter(100)  # !
@app.post("/a")
async def a(key: str):
    if not limiter.allows(key):
        raise HTTPException(429)
""",
}

LOOK_ALIKES = {
    "a cache whose entries say until when": """
import time
from fastapi import FastAPI
app = FastAPI()
_cache: dict[str, tuple[float, str]] = {}
def get_cached(key: str) -> str | None:
    entry = _cache.get(key)
    return entry[1] if entry and time.time() < entry[0] else None
def set_cached(key: str, page: str, ttl: int) -> None:
    _cache[key] = (time.time() + ttl, page)
@app.get("/{key}")
async def read(key: str) -> str:
    page = get_cached(key) or "page"
    set_cached(key, page, 30)
    return page
""",
    "a cache that drops what is too old": """
import time
from fastapi import FastAPI
app = FastAPI()
class PageCache:
    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, str]] = {}
    def get(self, key: str) -> str | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if time.monotonic() >= entry[0]:
            del self._entries[key]
            return None
        return entry[1]
    def put(self, key: str, page: str) -> None:
        self._entries[key] = (time.monotonic() + 30, page)
pages = PageCache()
@app.get("/{key}")
async def read(key: str) -> str:
    page = pages.get(key) or "page"
    pages.put(key, page)
    return page
""",
    "classes of the code, the same in each process": """
from fastapi import FastAPI
app = FastAPI()
class Csv: ...
class Registry:
    _parsers: dict[str, type] = {}
    @classmethod
    def register(cls, name: str, parser: type) -> None:
        cls._parsers[name.lower()] = parser
    @classmethod
    def fill(cls) -> None:
        cls.register("csv", Csv)
@app.get("/parsers")
async def read() -> list[str]:
    Registry.fill()
    return list(Registry._parsers)
""",
    "a limiter of slowapi, where one worker is all": """
#= main.py
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.util import get_remote_address
app = FastAPI()
app.state.limiter = Limiter(key_func=get_remote_address)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app", "--workers", "1"]
""",
    "in a file, too, that a helper reads": _filed("return locked(saved) or runs"),
    "in a file, too, that is read at once": _filed(
        "found = json.loads(RUNS.read_text())\n    return found if found is not None else runs",
        "RUNS.write_text(json.dumps([*saved(), name]))",
    ),
    "an object that only a run of the file by hand makes": """
#= main.py
from fastapi import FastAPI
from ring import Ring
app = FastAPI()
@app.put("/")
def put(name: str):
    Ring().add(name)
#= ring.py
class Ring:
    def __init__(self):
        self.nodes = {}
    def add(self, name):
        self.nodes[name] = len(self.nodes)
        return self.nodes
    def drop(self, name):
        self.nodes.pop(name)
        return list(self.nodes)
if __name__ == "__main__":
    ring = Ring()
    ring.add("x")
""",
    "limiters that limit nothing": """
#= limits.py
from slowapi import Limiter
from slowapi.util import get_remote_address
limiter = Limiter(key_func=get_remote_address)
for_all = Limiter(key_func=get_remote_address, default_limits=["5/minute"])
left_out = Limiter(key_func=get_remote_address)
redis = Limiter(key_func=get_remote_address, storage_uri="redis://cache")
#= main.py
from fastapi import APIRouter, FastAPI, Request
from slowapi.middleware import SlowAPIMiddleware
from sqlalchemy import select
from limits import for_all, left_out, limiter, redis
app = FastAPI()
app.state.limiter = limiter
def limit_all(app: FastAPI):
    app.add_middleware(SlowAPIMiddleware)
old = APIRouter()
@old.post("/old")
@left_out.limit("5/minute")
async def code(request: Request) -> str:
    return "sent"
@app.post("/code")
# @limiter.limit("5/minute")
@redis.limit("5/minute")
async def new_code(request: Request) -> str:
    return str(select(1).limit(5))
""",
    "a limiter whose storage the settings choose": """
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.util import get_remote_address
from settings import settings
app = FastAPI()
def made() -> Limiter:
    if settings.redis_enabled:
        storage = settings.redis_url
    else:
        storage = "memory://"
    return Limiter(key_func=get_remote_address, storage_uri=storage)
""",
    "a lock for each key around what is the process's own": """
import asyncio
from collections import defaultdict
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
locks = defaultdict(asyncio.Lock)
rows: dict[int, object] = {}
app = FastAPI()
async def get_db():
    async with maker() as session:
        yield session
async def load(session: AsyncSession, key: int):
    return await session.get(dict, key)
@app.get("/{key}")
async def read(key: int, session: AsyncSession = Depends(get_db)):
    async with locks[key]:
        found = await load(session, key)
    local = {key: asyncio.Lock()}
    async with local[key]:
        await session.commit()
    return found
""",
    "objects of the process that are counted": """
import threading
from typing import ClassVar
from fastapi import FastAPI
app = FastAPI()
class Store:
    holders: ClassVar[dict[str, int]] = {}
    lock = threading.RLock()
    def __init__(self, url: str) -> None:
        self.url = url
        with Store.lock:
            Store.holders[url] = Store.holders.get(url, 0) + 1
    def __del__(self) -> None:
        with Store.lock:
            count = Store.holders.get(self.url, 0)
            if count <= 1:
                Store.holders.pop(self.url, None)
            else:
                Store.holders[self.url] = count - 1
class Client:
    users: dict[str, int] = {}
    def __enter__(self):
        self.users["here"] += 1
        return self
    def __exit__(self, *error):
        self.users["here"] -= 1
@app.get("/")
def read():
    with Client() as client:
        return Store("a").url, client.users
""",
    "connections that are sent to from a broker, and counted": """
from fastapi import FastAPI, WebSocket
from faststream import subscriber
app = FastAPI()
class Manager:
    def __init__(self):
        self.connections: set[WebSocket] = set()
    def register(self, socket: WebSocket):
        self.connections.add(socket)
    def unregister(self, socket: WebSocket):
        self.connections.discard(socket)
    def stats(self):
        rooms = {}
        for connection in self.connections:
            rooms[connection.room] = rooms.get("x", 0) + 1
        return {"users": len({c.user_id for c in self.connections}), "rooms": rooms}
    async def broadcast(self, message):
        for connection in self.connections:
            await connection.send_text(message)
manager = Manager()
@subscriber("ticks")
async def tick(message):
    await manager.broadcast(message)
@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    manager.register(socket)
    manager.unregister(socket)
@app.get("/stats")
def stats():
    return manager.stats()
""",
    "how often one process has tried": """
import time
from fastapi import Depends, FastAPI
from pools import Pool, connect
app = FastAPI()
RETRY = 0
reconnects = 0
tries = 0
pool = None
def make_pool():
    global pool, RETRY
    try:
        pool = Pool()
    except OSError:
        if RETRY > 3:
            raise
        RETRY += 1
        time.sleep(1)
        make_pool()
def reconnect():
    global reconnects
    try:
        connect()
    except OSError:
        reconnects += 1
        if reconnects > 5:
            raise
def again():
    global tries
    tries += 1
    if tries < 3 and not connect():
        again()
class Session:
    retries = 0
    def open(self):
        try:
            connect()
        except OSError:
            Session.retries += 1
            self.open()
@app.get("/")
def read(session=Depends(Session)):
    make_pool()
    reconnect()
    again()
    session.open()
    return [RETRY, reconnects, tries, Session.retries]
""",
    "what each object that is made fills again": """
from fastapi import FastAPI
from kinds import Kind, make_table
app = FastAPI()
class Store:
    tables = {}
    def __init__(self, project):
        self.project = project
        self._set_up()
    def _set_up(self):
        self._users()
        self._items()
    def _users(self):
        self.tables[Kind.USERS] = make_table("users")
    def _items(self):
        self.tables["items"] = make_table("items")
    def read(self, kind):
        return self.tables[kind]
    def names(self):
        return list(self.tables)
class Client:
    registry = {}
    def __init__(self, url):
        Client.registry["client"] = url
    def url(self):
        return self.registry.get("client")
@app.get("/{project}")
def read(project: str):
    Client("https://prices.example")
    return Store(project).read(Kind.USERS)
""",
    "a cache, by functions of its own": """
from cachetools import LRUCache, TTLCache
from fastapi import FastAPI
prices = TTLCache(maxsize=100, ttl=60)
page_cache = LRUCache(maxsize=100)
def find(key: str):
    return prices.get(key)
def keep(key: str, price: int) -> None:
    prices[key] = price
app = FastAPI()
@app.get("/prices/{key}")
async def price(key: str) -> int:
    found = find(key)
    if found is None:
        found = len(key)
        keep(key, found)
    return found
@app.put("/pages/{key}")
async def page(key: str, text: str) -> None:
    page_cache[key] = text
""",
    "what belongs to the request, or to the process": """
from fastapi import FastAPI, Request
from slowapi import Limiter
from slowapi.util import get_remote_address
limiter = Limiter(key_func=get_remote_address, storage_uri="redis://cache")
app = FastAPI()
app.state.limiter = limiter
app.state.names = {}
@app.get("/")
async def home(request: Request) -> str:
    request.state.items = []
    request.state.items.append(1)
    request.state.count = request.state.count + 1
    request.app.state.ready = True
    return request.app.state.names.get("a", "")
""",
    "a readiness flag": """
from fastapi import FastAPI
app = FastAPI()
STATE = {"ready": False}
@app.post("/drain")
async def drain():
    STATE["ready"] = False
@app.get("/ready")
async def ready():
    return STATE["ready"]
""",
    "texts of a file": """
import json
from fastapi import FastAPI
app = FastAPI()
TEXTS = {}
def load(language: str):
    with open(f"texts/{language}.json") as file:
        TEXTS[language] = json.load(file)
@app.get("/texts/{language}")
def texts(language: str):
    load(language)
    return TEXTS
""",
    "filled once by what never changes": """
import re
from fastapi import FastAPI
patterns = {}
app = FastAPI()
@app.get("/match")
def match(pattern: str, text: str):
    if pattern not in patterns:
        patterns[pattern] = re.compile(pattern)
    return bool(patterns[pattern].search(text))
""",
    "loaded where it is found empty": """
import json
from fastapi import FastAPI
messages = {}
def load():
    for lang in ("de", "en"):
        with open(f"{lang}.json") as f:
            messages[lang] = json.load(f)
app = FastAPI()
@app.get("/hello")
def hello(lang: str):
    if not messages:
        load()
    return messages[lang]
""",
    "tasks that are kept from the garbage collector": """
import asyncio
from fastapi import FastAPI
tasks = set()
app = FastAPI()
@app.post("/start")
async def start():
    task = asyncio.create_task(asyncio.sleep(1))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
""",
    "a registry that the imports fill": """
from fastapi import FastAPI
handlers = {}
def register(name):
    def decorate(function):
        handlers[name] = function
        return function
    return decorate
@register("a")
def a(): ...
app = FastAPI()
@app.get("/run")
def run(name: str):
    return handlers[name]()
""",
    "a local variable, and a parameter, of the same names": """
from fastapi import FastAPI
counts = {"a": 1}
items = []
app = FastAPI()
def fill(items):
    items.append(1)
@app.get("/count")
def count(words: str):
    counts = {}
    for word in words.split():
        counts[word] = counts.get(word, 0) + 1
    fill(list(counts))
    return counts
""",
    "an object for each request": """
from fastapi import Depends, FastAPI
class Basket:
    def __init__(self):
        self.items = []
    def add(self, item):
        self.items.append(item)
app = FastAPI()
@app.post("/add")
def add(item: str, basket: Basket = Depends(Basket)):
    basket.add(item)
    return basket.items
""",
    "fields of Pydantic's and of dataclasses": """
from dataclasses import dataclass, field
from fastapi import FastAPI
from pydantic import BaseModel
class Order(BaseModel):
    tags: list[str] = []
    def mark(self):
        self.tags.append("seen")
app = FastAPI()
@app.post("/orders")
def order(order: Order):
    order.mark()
    return order
""",
    "the lifespan fills it, requests read": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
models = {}
@asynccontextmanager
async def lifespan(app):
    models["one"] = object()
    yield
    models.clear()
app = FastAPI(lifespan=lifespan)
@app.get("/predict")
def predict():
    return str(models["one"])
""",
    "a script counts": """
#= scripts/count.py
from fastapi import FastAPI
seen = []
app = FastAPI()
@app.get("/")
def home():
    seen.append(1)
""",
    "metrics of prometheus_client": """
from fastapi import FastAPI
from prometheus_client import Counter
requests = Counter("requests", "of all")
app = FastAPI()
@app.get("/")
def home():
    requests.inc()
""",
    "a fallback while the shared store is away": """
from fastapi import FastAPI
import shared
fallback_hits = {}
app = FastAPI()
@app.get("/")
async def home(host: str):
    try:
        return await shared.count(host)
    except ConnectionError:
        fallback_hits[host] = fallback_hits.get(host, 0) + 1
""",
    "queues of this process, filled by a task of this process": """
import asyncio
from fastapi import FastAPI
queues: set[asyncio.Queue] = set()
async def distribute(source):
    async for message in source:
        for queue in queues:
            queue.put_nowait(message)
app = FastAPI()
@app.get("/events")
async def events():
    queue: asyncio.Queue = asyncio.Queue()
    queues.add(queue)
    try:
        return await queue.get()
    finally:
        queues.remove(queue)
""",
    "what a scheduler of this process keeps beside its task": """
import asyncio
from fastapi import FastAPI
class Scheduler:
    _task: asyncio.Task | None = None
    _seen: dict[str, int] = {}
    @classmethod
    def note(cls, job: str, version: int):
        cls._seen[job] = version
app = FastAPI()
@app.post("/jobs")
def add(job: str):
    Scheduler.note(job, 1)
""",
    "how many requests this process has at once": """
from fastapi import FastAPI
import metrics
in_flight = 0
app = FastAPI()
@app.middleware("http")
async def count(request, call_next):
    global in_flight
    in_flight += 1
    metrics.gauge("in_flight", in_flight)
    try:
        return await call_next(request)
    finally:
        in_flight -= 1
""",
    "memory where there is no Redis": """
import os
import redis.asyncio as redis
from fastapi import FastAPI, HTTPException
app = FastAPI()
sign_ins: dict[str, str] = {}
store = redis.from_url(os.environ["REDIS_URL"]) if "REDIS_URL" in os.environ else None
async def keep(state: str, user: str):
    if store is not None:
        await redis_set(state, user)
    else:
        sign_ins[state] = user
async def redis_set(state: str, user: str):
    await store.set(state, user, ex=300)
@app.get("/authorize")
async def authorize(state: str, user: str):
    await keep(state, user)
@app.get("/callback")
async def callback(state: str):
    return await store.get(state) if store else sign_ins.pop(state, None)
""",
    "a set that nobody asks": """
from fastapi import FastAPI
class Gateways:
    def __init__(self):
        self._urls_in_use: set[str] = set()
    def start(self, url: str):
        self._urls_in_use.add(url)
    def stop(self, url: str):
        self._urls_in_use.discard(url)
gateways = Gateways()
app = FastAPI()
@app.post("/gateways")
def start(url: str):
    gateways.start(url)
@app.delete("/gateways")
def stop(url: str):
    gateways.stop(url)
""",
    "what this process runs, and ends at its shutdown": """
import asyncio
import subprocess
from contextlib import asynccontextmanager
from cleanup import cleanup_after_shutdown
from fastapi import FastAPI, Request
running: dict[str, str] = {}
pids: list[int] = []
class Runner:
    def __init__(self) -> None:
        self.jobs: dict[str, object] = {}
    def start(self, name: str, job) -> None:
        self.jobs[name] = job
    def forget(self, name: str) -> None:
        self.jobs.pop(name, None)
    async def shutdown(self) -> None:
        for job in self.jobs.values():
            job.cancel()
runner = Runner()
@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.jobs = []
    yield
    await cleanup_after_shutdown(jobs=app.state.jobs, logger_name="lifespan")
    for name in list(running):
        await stop(name)
app = FastAPI(lifespan=lifespan)
async def stop(name: str) -> None: ...
@app.on_event("shutdown")
def end() -> None:
    for pid in pids:
        subprocess.run(["kill", str(pid)], check=False)
@app.post("/jobs")
async def submit(request: Request, name: str):
    request.app.state.jobs.append(name)
    running[name] = "started"
    runner.start(name, object())
    pids.append(1)
    return running.get(name)
@app.delete("/jobs")
async def remove(request: Request, name: str):
    request.app.state.jobs.remove(name)
    running.pop(name, None)
    runner.forget(name)
    pids.remove(1)
""",
    "subprocesses of this process": """
import asyncio
import subprocess
import multiprocessing
from fastapi import FastAPI
app = FastAPI()
processes: dict[str, asyncio.subprocess.Process] = {}
others: dict[str, subprocess.Popen] = {}
workers: dict[str, multiprocessing.Process] = {}
@app.post("/run")
async def run(name: str):
    processes[name] = await asyncio.create_subprocess_exec("work", name)
    others[name] = subprocess.Popen(["work", name])
    workers[name] = multiprocessing.Process(target=print)
@app.delete("/run")
async def end(name: str):
    processes.pop(name).kill()
    others.pop(name).kill()
    workers.pop(name).terminate()
""",
    "a template, whose entries are written anew each time": """
#= templates.py
first_state = {"status": "", "plan": "", "context": "", "files": []}
def first(context: str, files: list) -> dict:
    first_state["context"] = context
    first_state["files"] = files
    return dict(first_state)
#= main.py
import copy
import templates
from fastapi import FastAPI
app = FastAPI()
HEADERS = {"accept": "text/html", "user": ""}
PAYLOAD: dict[str, object] = {"kind": "mail", "to": None}
def send(user: str) -> str:
    HEADERS["user"] = user
    return str({**HEADERS})
def again(user: str) -> str:
    HEADERS["user"] = user.lower()
    print(user)
    return str(HEADERS.copy())
@app.post("/a")
def a(context: str) -> dict:
    return templates.first(context, files=[])
@app.post("/b")
def b(user: str) -> str:
    return send(user) + again(user)
@app.post("/c")
def c(to: str) -> dict:
    PAYLOAD["to"] = to
    payload = copy.deepcopy(PAYLOAD)
    payload["id"] = 1
    return payload
""",
    "what one background task fills, reads and empties": """
import asyncio
from fastapi import FastAPI
from store import store
app = FastAPI()
_last_phase: dict[str, str] = {}
_tasks = set()
def is_new(job: str, phase: str) -> bool:
    return _last_phase.get(job) != phase
def remember(job: str, phase: str) -> None:
    _last_phase[job] = phase
def forget(job: str) -> None:
    _last_phase.pop(job, None)
async def build(job: str) -> None:
    async def told(phase: str) -> None:
        if is_new(job, phase):
            await store(job, phase)
            remember(job, phase)
    await store(job, told)
    remember(job, "done")
    forget(job)
@app.delete("/jobs")
async def cancel(job: str):
    forget(job)
@app.post("/jobs")
async def start(job: str):
    task = asyncio.create_task(build(job))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
""",
    "what no production uses": """
from fastapi import APIRouter, FastAPI, HTTPException
from settings import settings
app = FastAPI()
router = APIRouter()
templates: dict[str, dict] = {}
notes: list[str] = []
def demo_only() -> None:
    if settings.ENVIRONMENT in ("production", "staging"):
        raise HTTPException(501)
@router.post("/templates")
async def create(name: str, body: dict):
    demo_only()
    templates[name] = body
@router.get("/templates")
async def read():
    return list(templates.values())
@router.delete("/templates")
async def delete(name: str):
    del templates[name]
@router.post("/notes")
async def note(text: str):
    if settings.is_production:
        raise HTTPException(501)
    notes.append(text)
@router.get("/notes")
async def read_notes():
    notes.pop()
    return notes
app.include_router(router)
""",
    "what its caller takes out again": """
import time
import uuid
from fastapi import FastAPI
app = FastAPI()
_running: dict[str, tuple[str, float]] = {}
def start(label: str) -> str:
    key = str(uuid.uuid4())
    _running[key] = (label, time.perf_counter())
    return key
def stop(key: str) -> float:
    label, started = _running.pop(key)
    print(label)
    return time.perf_counter() - started
@app.post("/a")
def a() -> None:
    key = start("a")
    stop(key)
@app.post("/b")
async def b() -> float:
    timer = start("b")
    return stop(timer)
""",
}

_SUBSCRIBED = """
import asyncio, json
import redis.asyncio as redis
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
connections: dict[str, set[WebSocket]] = {"prices": set()}MARK
client = redis.from_url("redis://store")
app = FastAPI()
async def broadcast(channel: str, message: dict):
    gone = set()
    for socket in connections[channel]:
        try:
            await socket.send_json(message)
        except Exception:
            gone.add(socket)
    connections[channel] -= gone
async def subscriber():
    pubsub = client.pubsub()
    await pubsub.psubscribe("live:*")
    async for message in pubsub.listen():
        await broadcast("prices", json.loads(message["data"]))
@app.on_event("startup")
async def startup():
    asyncio.create_task(subscriber())
@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    connections["prices"].add(socket)
    try:
        while True:
            text = await socket.receive_text()
            SEND
    except WebSocketDisconnect:
        connections["prices"].discard(socket)
@app.get("/health")
def health():
    return {"sockets": {name: len(those) for name, those in connections.items()}}
"""
_GROUPS = """
import asyncio
from fastapi import FastAPI, WebSocket
from prices import current
class Charts:
    def __init__(self):
        self.active: dict[str, WebSocket] = {}
    async def connect(self, socket: WebSocket, client: str):
        await socket.accept()
        self.active[client] = socket
    async def disconnect(self, client: str):
        self.active.pop(client, None)
    async def broadcast(self, data):
        for socket in self.active.values():
            await socket.send_json(data)
charts = Charts()MARK
tasks: dict[str, asyncio.Task] = {}
async def stream(name: str):
    while True:
        await charts.broadcast(await current(name))
        await asyncio.sleep(1)
app = FastAPI()
@app.websocket("/charts/{name}")
async def show(socket: WebSocket, name: str):
    await charts.connect(socket, name)
    if name not in tasks:
        tasks[name] = asyncio.create_task(stream(name))
    async for text in socket.iter_text():
        SEND
    await charts.disconnect(name)
"""


def _sockets(source: str, send: str, mark: str = "") -> str:
    return source.replace("SEND", send).replace("MARK", mark)


FOUND["a subscriber, and a request that sends to the sockets of its process"] = _sockets(
    _SUBSCRIBED, 'await broadcast("prices", {"text": text})', "  # !"
)
FOUND["a task for each group, and a client that writes to the others"] = _sockets(
    _GROUPS, "asyncio.create_task(charts.broadcast(text))", "  # !"
)
LOOK_ALIKES["a subscriber in each process, and sockets that are counted"] = _sockets(
    _SUBSCRIBED, "print(text)"
)
LOOK_ALIKES["a task in each process for each group"] = _sockets(_GROUPS, "print(text)")
FOUND["a copy under the name of the attribute"] = _sockets(
    _GROUPS.replace(
        "        for socket in self.active.values()",
        "        active = list(self.active.values())\n        for socket in active",
    ),
    "await charts.broadcast(text)",
    "  # !",
)
LOOK_ALIKES["a variable with the name of the attribute"] = (
    _sockets(_GROUPS, "print(text)")
    + """
@app.post("/listeners/{name}")
def note(name: str):
    active = current(name).listeners
    for listener in active:
        listener.note(name)
"""
)
LOOK_ALIKES["the sockets of another object have the same name"] = (
    _sockets(_GROUPS, "print(text)")
    + """
class Listeners:
    def __init__(self):
        self.active = {}
    def note(self, name: str):
        for listener in self.active.values():
            listener.note(name)
listeners = Listeners()
@app.post("/notes/{name}")
def note(name: str):
    listeners.note(name)
"""
)
_CREWS = """
from fastapi import FastAPI
app = FastAPI()
class Crews:
    def __init__(self):
        self.members: dict[str, str] = {}
        self._fill()
    def _fill(self):
        for name in ("Ann", "Bo"):
            self._add(name)
    def _add(self, name):
        self.members[name] = "free"
    CHANGE
crews = Crews()MARK
@app.get("/members")
def members():
    return crews.members
@app.post("/plans")
def plan():
    return len(Crews().members)
"""
LOOK_ALIKES["filled while the object is made"] = _CREWS.replace("CHANGE", "").replace("MARK", "")
FOUND["filled while the object is made, and by requests"] = (
    _CREWS.replace("CHANGE", "def join(self, name):\n        self._add(name)").replace(
        "MARK", "  # !"
    )
    + """
@app.post("/members")
def join(name: str):
    crews.join(name)
"""
)
FOUND["the objects of a class fill what all share"] = """
from fastapi import FastAPI
app = FastAPI()
class Session:
    sessions: dict = {}  # !
    def __init__(self, name):
        self._keep(name)
    def _keep(self, name):
        self.sessions[name] = self
@app.post("/login")
def login(name: str):
    Session(name)
@app.get("/sessions")
def sessions():
    return list(Session.sessions)
"""
_ISSUERS = """
from dataclasses import dataclass
from fastapi import FastAPI, Header, HTTPException
from settings import settings
app = FastAPI()
@dataclass(frozen=True)
class Issuer:
    url: str
    audience: str
_issuers: dict[str, Issuer] = {}MARK
_names: dict[str, str] = {}MARK
def keep(name: str, issuer: Issuer) -> None:
    _issuers[issuer.url] = issuer
    _names[issuer.url] = name
def read_settings() -> None:
    _issuers.clear()
    _names.clear()
    keep("main", Issuer(settings.issuer, settings.audience))
@app.get("/who")
def who(issuer: str = Header()):
    if TEST:
        read_settings()
    if issuer not in _issuers:
        raise HTTPException(401)
    return _names[issuer]
"""
LOOK_ALIKES["two that one function fills from the settings, where one is empty"] = _ISSUERS.replace(
    "TEST", "not _issuers"
).replace("MARK", "")
FOUND["two that one function fills, when a caller says so"] = _ISSUERS.replace(
    "TEST", 'issuer == "new"'
).replace("MARK", "  # !")
LOOK_ALIKES["instruments of a meter, which count for themselves"] = """
from fastapi import FastAPI
from opentelemetry import metrics
app = FastAPI()
_meter = metrics.get_meter("shop")
_counts = {"orders": _meter.create_counter("orders"), "items": _meter.create_counter("items")}
@app.post("/orders")
def order(items: int):
    _counts["orders"].add(1)
    _counts["items"].add(items, {"shop": "main"})
    return items
@app.get("/names")
def names():
    return list(_counts)
"""
