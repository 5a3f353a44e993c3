"""Sessions in background tasks: how they are handed over, and when they are closed."""

BAD = ["tasks.add_task(welcome, session, user)"]

_DEPS = """
#= deps.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_db():
    async with maker() as session:
        yield session
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
async def work(session, user_id: int) -> None: ...
"""

_ANY_SCOPE = """
#= main.py
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from deps import get_db, work
app = FastAPI()
@app.post("/")
async def create(tasks: BackgroundTasks, session: AsyncSession = Depends(get_db)) -> None:
    tasks.add_task(work, session, 1)"""

_STARTED = (
    _DEPS
    + """
#= main.py
import asyncio
from fastapi import Depends, FastAPI, WebSocket
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from deps import get_db, maker
app = FastAPI()
kept = set()
async def emit(db: AsyncSession, number: int):
    await db.execute(text("SELECT 1"))
"""
)

FOUND = {
    "a task of asyncio that is kept": _STARTED
    + """
@app.post("/a")
async def a(db: AsyncSession = Depends(get_db)):
    task = asyncio.create_task(emit(db, 1))  # !
    kept.add(task)
    task.add_done_callback(kept.discard)
@app.post("/b")
async def b(db: AsyncSession = Depends(get_db, scope="function")):
    coroutine = emit(number=1, db=db)
    asyncio.get_running_loop().create_task(coroutine)  # !
@app.post("/c")
async def c(numbers: list[int], db: AsyncSession = Depends(get_db)):
    for number in numbers:
        kept.add(asyncio.ensure_future(emit(db, number)))  # !
@app.post("/d")
async def d(db: AsyncSession = Depends(get_db)):
    async def later():
        await asyncio.sleep(1)
        await db.commit()
    kept.add(asyncio.create_task(later()))  # !
@app.post("/e")
async def e():
    async with maker() as session:
        kept.add(asyncio.create_task(emit(session, 1)))  # !
""",
    "a task of asyncio, by a service": _STARTED
    + """
class Counts:
    def __init__(self, db: AsyncSession):
        self.db = db
    async def refresh(self):
        await self.db.execute(text("REFRESH MATERIALIZED VIEW counts"))
def get_counts(db: AsyncSession = Depends(get_db)) -> Counts:
    return Counts(db)
async def start(counts: Counts):
    kept.add(asyncio.create_task(counts.refresh()))  # !
@app.post("/a")
async def a(counts: Counts = Depends(get_counts)):
    await start(counts)
@app.post("/b")
async def b(db: AsyncSession = Depends(get_db)):
    kept.add(asyncio.create_task(Counts(db).refresh()))  # !
""",
    "a task of asyncio that gets a session which is not async": """
import asyncio
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker
make = sessionmaker(create_engine("postgresql://db/app"))
def get_db():
    db = make()
    try:
        yield db
    finally:
        db.close()
app = FastAPI()
async def emit(db: Session):
    names = db.scalars(text("SELECT name FROM lamps")).all()
    await send(names)
@app.post("/")
async def change(db: Annotated[Session, Depends(get_db)]):
    asyncio.create_task(emit(db=db))  # !
""",
    "of a dependency that is a context manager, too": """
import asyncio
from contextlib import contextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker
make = sessionmaker(create_engine("postgresql://db/app"))
def get_db():
    db = make()
    try:
        yield db
    finally:
        db.close()
opened = contextmanager(get_db)
app = FastAPI()
kept = set()
async def emit(db):
    names = db.scalars(text("SELECT name FROM lamps")).all()
    await send(names)
@app.post("/a")
async def a():
    with opened() as db:
        kept.add(asyncio.create_task(emit(db)))  # !
@app.post("/b")
async def b():
    with contextmanager(get_db)() as db:
        kept.add(asyncio.create_task(emit(db)))  # !
""",
    "any scope, FastAPI 0.115": _DEPS
    + "#= requirements.txt\nfastapi==0.115.8\n"
    + _ANY_SCOPE
    + "  # !\n",
    "any scope, FastAPI below 0.118": _DEPS
    + '#= pyproject.toml\n[project]\ndependencies = ["fastapi>=0.110,<0.118"]\n'
    + _ANY_SCOPE
    + "  # !\n",
    "by keyword": _DEPS
    + """
#= main.py
from fastapi import APIRouter, BackgroundTasks as Tasks
from deps import SessionDep as Db, work
router = APIRouter()
@router.post("/")
async def create(db: Db, background: Tasks) -> None:
    background.add_task(work, user_id=1, session=db)  # !
""",
    "by a task of Starlette": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask
from deps import SessionDep, work
app = FastAPI()
@app.post("/")
async def create(session: SessionDep) -> JSONResponse:
    return JSONResponse({}, background=BackgroundTask(work, session, 1))  # !
""",
    "by a partial": _DEPS
    + """
#= main.py
import functools
from fastapi import BackgroundTasks, FastAPI
from deps import SessionDep, work
app = FastAPI()
@app.post("/")
async def create(session: SessionDep, tasks: BackgroundTasks) -> None:
    todo = functools.partial(work, session, 1)
    tasks.add_task(todo)  # !
""",
    "by a closure": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, FastAPI
from deps import SessionDep
app = FastAPI()
@app.post("/")
async def create(session: SessionDep, tasks: BackgroundTasks) -> None:
    async def later() -> None:
        await session.commit()
    tasks.add_task(later)  # !
""",
    "by a method of an object that has it": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from deps import SessionDep
app = FastAPI()
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def welcome(self) -> None:
        await self.session.commit()
@app.post("/")
async def create(session: SessionDep, tasks: BackgroundTasks) -> None:
    users = Users(session)
    tasks.add_task(users.welcome)  # !
""",
    "by a function that is given both": _DEPS
    + """
#= service.py
from fastapi import BackgroundTasks
from sqlalchemy.ext.asyncio import AsyncSession
from deps import work
async def create(session: AsyncSession, tasks: BackgroundTasks) -> None:
    tasks.add_task(work, session, 1)  # !
#= main.py
from fastapi import BackgroundTasks, FastAPI
import service
from deps import SessionDep
app = FastAPI()
@app.post("/")
async def create(session: SessionDep, tasks: BackgroundTasks) -> None:
    await service.create(session, tasks)
""",
    "opened by the endpoint, not async": """
from fastapi import BackgroundTasks, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
app = FastAPI()
engine = create_engine("postgresql://db/app")
def work(session: Session) -> None: ...
@app.post("/")
def create(tasks: BackgroundTasks) -> None:
    with Session(engine) as session:
        tasks.add_task(work, session)  # !
""",
}

LOOK_ALIKES = {
    "tasks of asyncio that end before the request": _STARTED
    + """
@app.post("/a")
async def a(db: AsyncSession = Depends(get_db)):
    await asyncio.create_task(emit(db, 1))
@app.post("/b")
async def b(db: AsyncSession = Depends(get_db)):
    task = asyncio.create_task(emit(db, 1))
    await asyncio.sleep(1)
    await asyncio.wait_for(task, 10)
@app.post("/c")
async def c(db: AsyncSession = Depends(get_db)):
    tasks = []
    tasks.append(asyncio.create_task(emit(db, 1)))
    await asyncio.gather(*tasks)
@app.post("/d")
async def d(db: AsyncSession = Depends(get_db)):
    async with asyncio.TaskGroup() as group:
        group.create_task(emit(db, 1))
@app.websocket("/e")
async def e(socket: WebSocket, db: AsyncSession = Depends(get_db)):
    pump = asyncio.create_task(emit(db, 1))
    try:
        async for message in socket.iter_text():
            print(message)
    finally:
        pump.cancel()
async def started(db: AsyncSession):
    return asyncio.create_task(emit(db, 1))
@app.post("/f")
async def f(db: AsyncSession = Depends(get_db)):
    await (await started(db))
""",
    "tasks of asyncio with a session of their own, or none": _STARTED
    + """
async def own(number: int):
    async with maker() as db:
        await emit(db, number)
async def unused(db: AsyncSession, number: int):
    await own(number)
def get_open() -> AsyncSession:
    return maker()
@app.post("/a")
async def a(db: AsyncSession = Depends(get_db)):
    kept.add(asyncio.create_task(own(1)))
@app.post("/b")
async def b(db: AsyncSession = Depends(get_db)):
    kept.add(asyncio.create_task(unused(db, 1)))
@app.post("/c")
async def c(db: AsyncSession = Depends(get_open)):
    kept.add(asyncio.create_task(emit(db, 1)))
async def worker(db: AsyncSession):
    kept.add(asyncio.create_task(emit(db, 1)))
""",
    "any scope, FastAPI 0.105": _DEPS + "#= requirements.txt\nfastapi==0.105.0\n" + _ANY_SCOPE,
    "any scope, FastAPI 0.118": _DEPS + "#= requirements.txt\nfastapi==0.118.0\n" + _ANY_SCOPE,
    "any scope, FastAPI from 0.110": _DEPS + "#= requirements.txt\nfastapi>=0.110\n" + _ANY_SCOPE,
    "an id": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, FastAPI
from deps import SessionDep
app = FastAPI()
async def work(user_id: int) -> None: ...
@app.post("/")
async def create(session: SessionDep, tasks: BackgroundTasks) -> None:
    user = await session.get(object, 1)
    tasks.add_task(work, user.id)
""",
    "the scope of the request": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from deps import get_db, work
app = FastAPI()
@app.post("/")
async def create(tasks: BackgroundTasks, session: AsyncSession = Depends(get_db)) -> None:
    tasks.add_task(work, session, 1)
""",
    "a session that the closure opens": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, FastAPI
from deps import SessionDep, maker
app = FastAPI()
@app.post("/")
async def create(session: SessionDep, tasks: BackgroundTasks) -> None:
    async def later() -> None:
        async with maker() as session:
            await session.commit()
    tasks.add_task(later)
""",
    "a service of which not all callers are known to close it": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from deps import SessionDep, get_db, work
app = FastAPI()
async def make(session: AsyncSession, tasks: BackgroundTasks) -> None:
    tasks.add_task(work, session, 1)
@app.post("/a")
async def a(session: AsyncSession = Depends(get_db), tasks: BackgroundTasks = None) -> None:
    await make(session, tasks)
""",
    "the sessionmaker": _DEPS
    + """
#= main.py
from fastapi import BackgroundTasks, FastAPI
from deps import maker, work
app = FastAPI()
@app.post("/")
async def create(tasks: BackgroundTasks) -> None:
    tasks.add_task(work, maker, 1)
""",
    "another add_task": _DEPS
    + """
#= main.py
from fastapi import FastAPI
from scheduler import Queue
from deps import SessionDep, work
app = FastAPI()
@app.post("/")
async def create(session: SessionDep) -> None:
    queue = Queue()
    queue.add_task(work, session, 1)
""",
    "a session of another library": """
import httpx
from fastapi import BackgroundTasks, FastAPI
app = FastAPI()
async def work(session) -> None: ...
@app.post("/")
async def create(tasks: BackgroundTasks) -> None:
    async with httpx.AsyncClient() as session:
        tasks.add_task(work, session)
""",
}
