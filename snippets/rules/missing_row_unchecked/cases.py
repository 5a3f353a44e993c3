"""Rows that are looked up by what a request says."""

BAD = [
    "async def current_user(session: SessionDep, caller: Annotated[str, Header()]) -> User | None:",
    'return {"city": user.city}',
    "return await session.get(User, name)",
]

_APP = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    boss_id: Mapped[int]
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/x"))
async def get_db():
    async with maker() as session:
        yield session
def sync_db() -> Session: ...
app = FastAPI()
"""

FOUND = {
    "the first row of a query": _APP
    + """
@app.get("/users/{user_id}")
def read(user_id: int, db: Session = Depends(sync_db)):
    user = db.query(User).filter(User.id == user_id).first()
    return {"name": user.name}  # !
""",
    "a statement by name, in a method of a repository": _APP
    + """
class Users:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def by_name(self, name: str) -> User | None:
        query = select(User).where(User.name == name)
        found = await self.session.execute(query)
        return found.scalar_one_or_none()
@app.put("/users/{name}")
async def rename(name: str, to: str, session: AsyncSession = Depends(get_db)):
    user = await Users(session).by_name(name)
    user.name = to  # !
    await session.commit()
""",
    "a row that is deleted, by a function that is given the id": _APP
    + """
def remove(db: Session, key: int):
    user = db.get(User, key)
    db.delete(user)  # !
    db.commit()
@app.delete("/users/{user_id}")
def delete(user_id: int, db: Session = Depends(sync_db)):
    remove(db, user_id)
""",
    "a field of the body, in a loop over attributes": _APP
    + """
from pydantic import BaseModel
class Change(BaseModel):
    id: int
    name: str
@app.patch("/users")
async def change(data: Change, session: AsyncSession = Depends(get_db)):
    user = (await session.scalars(select(User).filter_by(id=data.id))).one_or_none()
    for key, value in data.model_dump().items():
        setattr(user, key, value)  # !
    await session.commit()
""",
    "without a variable": _APP
    + """
@app.get("/users/{user_id}")
async def read(user_id: int, session: AsyncSession = Depends(get_db)):
    return {"name": (await session.scalar(select(User).where(User.id == user_id))).name}  # !
""",
    "an answer that must have a schema": _APP
    + """
from pydantic import BaseModel
class Shown(BaseModel):
    name: str
@app.get("/users/{user_id}", response_model=Shown)
def read(user_id: int, db: Session = Depends(sync_db)):
    return db.query(User).get(user_id)  # !
@app.get("/named/{name}")
async def named(name: str, session: AsyncSession = Depends(get_db)) -> Shown:
    user = await session.scalar(select(User).where(User.name == name))
    return user  # !
""",
    "a caller whose account is gone": _APP
    + """
def claims(token: str) -> dict: ...
async def caller(token: str, session: AsyncSession = Depends(get_db)):  # !
    known = claims(token)
    return await session.get(User, known["sub"])
@app.get("/boss")
async def boss(me: User = Depends(caller)):
    return me.boss_id
""",
    "documents of MongoDB, as dictionaries": """
from bson import ObjectId
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel
class Task(BaseModel):
    title: str
tasks = AsyncIOMotorClient("mongodb://db").work.tasks
app = FastAPI()
@app.get("/tasks/{task_id}")
async def read(task_id: str):
    task = await tasks.find_one({"_id": ObjectId(task_id)})
    return task["title"]  # !
@app.get("/titles/{title}")
async def titled(title: str):
    task = await tasks.find_one({"title": title}, {"_id": 0})
    return Task(**task)  # !
""",
    "a function that is given the row uses it": """
from fastapi import FastAPI
from pymongo import MongoClient
db = MongoClient("mongodb://db").work
app = FastAPI()
def shown(task: dict):
    return {"title": task["title"]}
def shown_by(way, document):
    return way(document)
def titled(title: str):
    found = db.tasks.find_one(filter={"title": title})
    return shown(found)  # !
@app.get("/tasks/{name}")
def read(name: str):
    return shown(db.tasks.find_one({"name": name}))  # !
@app.get("/titles/{title}")
def by_title(title: str):
    return titled(title)
@app.get("/unknown/{name}")
def unknown(name: str):
    return shown_by(shown, db.tasks.find_one({"name": name}))
""",
    "documents of Beanie, models of Tortoise": """
from beanie import Document, PydanticObjectId
from fastapi import FastAPI
from tortoise.models import Model
class Task(Document):
    title: str
class Owner(Model): ...
app = FastAPI()
@app.delete("/tasks/{task_id}")
async def delete(task_id: PydanticObjectId):
    task = await Task.get(task_id)
    await task.delete()  # !
@app.get("/titles/{title}")
async def titled(title: str):
    task = await Task.find_one(Task.title == title)
    return task.title  # !
@app.get("/owners/{owner_id}")
async def owner(owner_id: int):
    found = await Owner.get_or_none(id=owner_id)
    return found.name  # !
""",
    "a repository for all models": _APP
    + """
from typing import Generic, TypeVar
M = TypeVar("M", bound=Base)
class Rows(Generic[M]):
    def __init__(self, model: type[M]):
        self.model = model
    def get(self, db: Session, id: int) -> M | None:
        return db.query(self.model).filter(self.model.id == id).first()
    def remove(self, db: Session, id: int) -> M:
        row = db.query(self.model).get(id)
        db.delete(row)  # !
        db.commit()
        return row
    def touch(self, db: Session, id: int) -> M:
        row = db.get(self.model, id)
        row.touched = True  # !
        db.commit()
        return row
class Users(Rows[User]): ...
users = Users(User)
@app.get("/users/{user_id}")
def read(user_id: int, db: Session = Depends(sync_db)):
    user = users.get(db, id=user_id)
    return {"name": user.name}  # !
@app.delete("/users/{user_id}", response_model=None)
def delete(user_id: int, db: Session = Depends(sync_db)):
    users.remove(db, id=user_id)
@app.put("/users/{user_id}")
def touch(user_id: int, db: Session = Depends(sync_db)):
    users.touch(db, id=user_id)
""",
    "another row is checked": _APP
    + """
@app.put("/users/{user_id}/boss")
async def promote(user_id: int, boss_id: int, session: AsyncSession = Depends(get_db)):
    boss = await session.get(User, boss_id)
    if boss is None:
        raise HTTPException(404)
    user = await session.get(User, user_id)
    user.boss_id = boss.id  # !
    await session.commit()
""",
    "a row that a driver fetches": """
#= store.py
import asyncpg
class Store:
    pool: asyncpg.Pool
    async def one(self, sql: str, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetchrow(sql, *args)
    async def many(self, statement, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetch(statement, *args)
store = Store()
async def run(query: str, *values):
    return await store.pool.execute(query, *values)
#= main.py
import asyncpg
from databases import Database
from fastapi import FastAPI
from store import store
app = FastAPI()
@app.get("/notes/{key}")
async def read(key: int, connection: asyncpg.Connection):
    row = await connection.fetchrow("SELECT title FROM notes WHERE id = $1", key)
    return row["title"]  # !
@app.get("/owners/{key}")
async def owner(key: int) -> dict:
    return dict(await store.one("SELECT name FROM owners WHERE id = $1", key))  # !
@app.get("/tags/{name}")
async def tag(name: str, database: Database):
    found = await database.fetch_one("SELECT id FROM tags WHERE name = :name", {"name": name})
    return {"id": found["id"]}  # !
""",
    "a key of a dictionary that the request brings": _APP
    + """
from fastapi import Request
@app.post("/hooks")
async def hook(event: dict, db: AsyncSession = Depends(get_db)):
    user = await db.get(User, event["user_id"])
    user.name = event["name"]  # !
@app.post("/paid")
async def paid(request: Request, db: AsyncSession = Depends(get_db)):
    data = await request.json()
    user = await db.scalar(select(User).where(User.name == data["object"]["name"]))
    return {"id": user.id}  # !
""",
}

LOOK_ALIKES = {
    "checked": _APP
    + """
@app.get("/users/{user_id}")
def read(user_id: int, db: Session = Depends(sync_db)):
    user = db.query(User).filter(User.id == user_id).first()
    if not user:
        raise HTTPException(404)
    return {"name": user.name}
@app.get("/names/{user_id}")
def name(user_id: int, db: Session = Depends(sync_db)):
    user = db.query(User).filter(User.id == user_id).first()
    return {"name": user.name if user else "", "boss": user and user.boss_id}
""",
    "the function that looks it up checks it": _APP
    + """
async def found(session: AsyncSession, user_id: int) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    return user
@app.get("/users/{user_id}")
async def read(user_id: int, session: AsyncSession = Depends(get_db)):
    user = await found(session, user_id)
    return user.name
""",
    "another function checks it": _APP
    + """
def must(row):
    if row is None:
        raise HTTPException(404)
@app.get("/users/{user_id}")
async def read(user_id: int, session: AsyncSession = Depends(get_db)):
    user = await session.get(User, user_id)
    must(user)
    return user.name
""",
    "a repository for all models, whose callers ask before": _APP
    + """
class Rows:
    model = None
    def get(self, db: Session, id: int):
        return db.scalars(select(self.model).where(self.model.id == id)).first()
    def remove(self, db: Session, id: int):
        row = db.get(self.model, id)
        db.delete(row)
        db.commit()
class Users(Rows):
    model = User
users = Users()
@app.delete("/users/{user_id}")
def delete(user_id: int, db: Session = Depends(sync_db)):
    if not users.get(db, id=user_id):
        raise HTTPException(404)
    users.remove(db, id=user_id)
""",
    "the id is asked before": _APP
    + """
def exists(db: Session, user_id: int):
    if not db.query(User.id).filter(User.id == user_id).count():
        raise HTTPException(404)
def load(db: Session, key: int):
    user = db.get(User, key)
    return user.name
@app.get("/users/{user_id}")
def read(user_id: int, db: Session = Depends(sync_db)):
    exists(db, user_id)
    user = db.get(User, user_id)
    return user.name, load(db, user_id)
""",
    "a dependency or a decorator asks before": _APP
    + """
import functools
def visible(user_id: int, db: Session = Depends(sync_db)):
    if db.get(User, user_id) is None:
        raise HTTPException(404)
def guarded(function):
    @functools.wraps(function)
    def inner(**given):
        if given["db"].get(User, given["user_id"]) is None:
            raise HTTPException(404)
        return function(**given)
    return inner
@app.get("/users/{user_id}", dependencies=[Depends(visible)])
def read(user_id: int, db: Session = Depends(sync_db)):
    user = db.get(User, user_id)
    return user.name
@app.get("/guarded/{user_id}")
@guarded
def other(user_id: int, db: Session = Depends(sync_db)):
    user = db.get(User, user_id)
    return user.name
""",
    "the id of another row": _APP
    + """
@app.get("/users/{user_id}/boss")
async def read(user_id: int, session: AsyncSession = Depends(get_db)):
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    boss = await session.get(User, user.boss_id)
    return boss.name
""",
    "there is always one": _APP
    + """
from sqlalchemy import func
@app.get("/users/{user_id}")
async def read(user_id: int, session: AsyncSession = Depends(get_db)):
    user = await session.get_one(User, user_id)
    count = await session.scalar(select(func.count()).where(User.boss_id == user_id))
    return user.name, count.bit_length()
""",
    "the error is caught": _APP
    + """
@app.get("/users/{user_id}")
async def read(user_id: int, session: AsyncSession = Depends(get_db)):
    try:
        user = await session.get(User, user_id)
        return user.name
    except AttributeError:
        raise HTTPException(404)
""",
    "read again after it was checked": _APP
    + """
from pydantic import BaseModel
class Shown(BaseModel):
    name: str
@app.put("/users/{user_id}", response_model=Shown)
def rename(user_id: int, to: str, db: Session = Depends(sync_db)):
    query = db.query(User).filter(User.id == user_id)
    if query.first() is None:
        raise HTTPException(404)
    query.update({"name": to})
    db.commit()
    return query.first()
""",
    "an answer that may be null": _APP
    + """
from pydantic import BaseModel
class Shown(BaseModel):
    name: str
@app.get("/users/{user_id}", response_model=Shown | None)
def read(user_id: int, db: Session = Depends(sync_db)):
    return db.get(User, user_id)
@app.get("/rows/{user_id}")
def row(user_id: int, db: Session = Depends(sync_db)):
    return db.get(User, user_id)
""",
    "a caller that may be nobody": _APP
    + """
async def caller(token: str, session: AsyncSession = Depends(get_db)) -> User | None:
    return await session.scalar(select(User).where(User.name == token))
@app.get("/boss")
async def boss(me: User | None = Depends(caller)):
    if me is None:
        raise HTTPException(401)
    return me.boss_id
""",
    "a script": """
#= scripts/rename.py
"""
    + _APP.lstrip()
    + """
@app.get("/users/{user_id}")
def read(user_id: int, db: Session = Depends(sync_db)):
    user = db.get(User, user_id)
    return user.name
""",
    "a document that is checked, or one of nobody's choice": """
from bson import ObjectId
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient
db = AsyncIOMotorClient("mongodb://db").work
app = FastAPI()
@app.get("/tasks/{task_id}")
async def read(task_id: str):
    task = await db.tasks.find_one({"_id": ObjectId(task_id)})
    if task is None:
        raise HTTPException(404)
    owner = await db.owners.find_one({"_id": task["owner"]})
    settings = await db.settings.find_one({"name": "shown"})
    return {"title": task["title"], "owner": owner["name"], "all": settings["all"]}
@app.post("/tasks")
async def create(title: str):
    made = await db.tasks.insert_one({"title": title})
    task = await db.tasks.find_one({"_id": made.inserted_id})
    return task["title"]
""",
    "what a change found, or a middleware": """
from bson import ObjectId
from fastapi import FastAPI, HTTPException, Request
from pymongo import MongoClient
db = MongoClient("mongodb://db").work
app = FastAPI()
@app.put("/tasks/{task_id}")
def rename(task_id: str, title: str):
    done = db.tasks.update_one({"_id": ObjectId(task_id)}, {"$set": {"title": title}})
    if done.matched_count == 0:
        raise HTTPException(404)
    task = db.tasks.find_one({"_id": ObjectId(task_id)})
    return task["title"]
@app.get("/mine")
def mine(request: Request):
    task = db.tasks.find_one({"owner": request.state.user_id})
    return task["title"]
""",
    "nothing of the request": _APP
    + """
@app.get("/first")
async def first(session: AsyncSession = Depends(get_db)):
    user = await session.get(User, 1)
    return user.name
""",
    "a row of a driver that is checked, or is always there": """
#= store.py
import asyncpg
class Store:
    pool: asyncpg.Pool
    async def one(self, sql: str, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetchrow(sql, *args)
    async def many(self, statement, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetch(statement, *args)
store = Store()
async def run(query: str, *values):
    return await store.pool.execute(query, *values)
#= main.py
import asyncpg
from fastapi import FastAPI, HTTPException
from store import store
app = FastAPI()
@app.get("/notes/{key}")
async def read(key: int, connection: asyncpg.Connection):
    row = await connection.fetchrow("SELECT title FROM notes WHERE id = $1", key)
    if not row:
        raise HTTPException(404)
    return row["title"]
@app.get("/count/{key}")
async def count(key: int) -> int:
    row = await store.one("SELECT count(*) AS n FROM notes WHERE owner = $1", key)
    return row["n"]
@app.post("/notes")
async def add(title: str) -> int:
    row = await store.one("INSERT INTO notes (title) VALUES ($1) RETURNING id", title)
    return row["id"]
@app.get("/owners/{key}")
async def owner(key: int):
    row = await store.one("SELECT name FROM owners WHERE id = $1", key)
    return row["name"] if row else None
""",
    "a key of a dictionary, checked or not of the request": _APP
    + """
IDS = {"first": 1}
@app.post("/hooks")
async def hook(event: dict, db: AsyncSession = Depends(get_db)):
    user = await db.get(User, event["user_id"])
    if user is None:
        raise HTTPException(404)
    user.name = event["name"]
def known(key) -> None:
    if key > 3:
        raise HTTPException(404)
@app.post("/checked")
async def checked(event: dict, db: AsyncSession = Depends(get_db)):
    known(event["user_id"])
    user = await db.get(User, event["user_id"])
    user.name = event["name"]
@app.get("/first")
async def first(db: AsyncSession = Depends(get_db)):
    user = await db.get(User, IDS["first"])
    return {"name": user.name}
""",
}

_SERVICE = (
    _APP
    + """
from pydantic import BaseModel
class UserOut(BaseModel):
    name: str
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def by_id(self, user_id: int) -> User | None:
        return await self.session.get(User, user_id)
    async def rename(self, user_id: int, name: str) -> User | None:
        user = await self.by_id(user_id)
        return user
class Accounts:
    def __init__(self, users: Users) -> None:
        self.users = users
    async def rename(self, user_id: int, name: str) -> User | None:
        CHECK
        return await self.users.rename(user_id, name)
@app.put("/users/{user_id}", response_model=UserOut)
async def rename(user_id: int, name: str, session: AsyncSession = Depends(get_db)):
    return await Accounts(Users(session)).rename(user_id, name)MARK
"""
)
FOUND["what a service returns of a repository"] = _SERVICE.replace("CHECK", "print(name)").replace(
    "MARK", "  # !"
)
LOOK_ALIKES["a service that asks first, and returns a second lookup"] = _SERVICE.replace(
    "CHECK", "if not await self.users.by_id(user_id):\n            raise HTTPException(404)"
).replace("MARK", "")
