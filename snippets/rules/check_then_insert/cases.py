"""Checks before an insert: how the row is looked for, and how it is added."""

BAD = ["if await session.scalar(select(User).where(User.email == email)) is not None:"]

_MODELS = """
#= models.py
from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    city: Mapped[str]
class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    name: Mapped[str]
"""

_COMMAND = """
#= admins.py
import asyncio
import sys
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
async def create_admin(session: AsyncSession, email: str) -> None:
    if await session.scalar(select(User).where(User.email == email)):  # !
        raise ValueError("exists")
    session.add(User(email=email))
    await session.commit()
def main(session: AsyncSession) -> None:
    asyncio.run(create_admin(session, sys.argv[1]))
if __name__ == "__main__":
    main(AsyncSession())
"""

_SEED = """
#= users.py
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def create(self, email: str) -> None:
        if await self.session.scalar(select(User).where(User.email == email)):  # !
            raise ValueError("exists")
        self.session.add(User(email=email))
        await self.session.commit()
#= main.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
app = FastAPI()
"""

_UNCONSTRAINED = """
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    team_id: Mapped[int]
    slug: Mapped[str]
    is_active: Mapped[bool]
class Membership(Base):
    __tablename__ = "memberships"
    user_id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(primary_key=True)
#= main.py
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from models import Account, Membership
app = FastAPI()
"""

_BY_NAMES = """
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("platform", "open_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str]
    open_id: Mapped[str]
class Accounts:
    model = Account
    def __init__(self, session: Session = Depends()) -> None:
        self.session = session
    def get_by_NAMES(self, platform: str, open_id: str) -> Account | None:
        return self.find(platform, open_id).first()
    def create(self, **columns) -> Account:
        self.session.add(Account(**columns))
@app.post("/a")
def a(open_id: str, accounts: Accounts = Depends()):
    if accounts.get_by_NAMES("web", open_id):MARK
        raise HTTPException(409)
    accounts.create(platform="web", open_id=open_id)
"""

FOUND = {
    "two names in a method, of two columns": _BY_NAMES.replace(
        "NAMES", "platform_and_open_id"
    ).replace("MARK", "  # !"),
    "no constraint at all, and a lookup of one row": _UNCONSTRAINED
    + """
@app.exception_handler(IntegrityError)
async def conflict(request, exc): ...
@app.post("/a")
async def a(session: AsyncSession, email: str):
    result = await session.execute(select(Account).where(Account.email == email))
    existing = result.scalar_one_or_none()
    if existing:  # !
        raise HTTPException(409)
    session.add(Account(email=email))
    await session.commit()
@app.post("/b")
def b(session: Session, email: str):
    if session.query(Account).filter_by(email=email).one_or_none() is not None:  # !
        raise HTTPException(409)
    try:
        session.add(Account(email=email))
        session.commit()
    except Exception:
        raise HTTPException(409)
async def by_slug(session: AsyncSession, slug: str, team_id: int) -> Account | None:
    found = select(Account).where(Account.slug == slug, Account.team_id == team_id)
    return (await session.scalars(found)).one_or_none()
async def create(session: AsyncSession, slug: str, team_id: int) -> None:
    row = Account(slug=slug, team_id=team_id)
    session.add(row)
    await session.flush()
@app.post("/c")
async def c(session: AsyncSession, slug: str, team_id: int):
    if await by_slug(session, slug, team_id):  # !
        raise HTTPException(409)
    await create(session, slug, team_id)
""",
    "a seed that an endpoint and a worker share": _MODELS
    + _SEED
    + """
@app.post("/users")
async def add(email: str, session: AsyncSession):
    await Users(session).create(email)
#= seed.py
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
async def seed():
    await Users(AsyncSession()).create("ada@example.com")
import asyncio
asyncio.run(seed())
""",
    "what a job calls": _MODELS
    + _SEED
    + """
#= jobs.py
from celery import Celery
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
celery = Celery("jobs")
@celery.task
async def invite(email: str):
    await Users(AsyncSession()).create(email)
""",
    "what runs when the application is loaded": _MODELS
    + _SEED
    + """
import first
#= first.py
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
asyncio.run(Users(AsyncSession()).create("ada@example.com"))
""",
    "a script that the service calls as well": _MODELS
    + _COMMAND
    + """
app = FastAPI()
@app.post("/admins")
async def add(session: AsyncSession, email: str):
    await create_admin(session, email)
""",
    "a repository that adds what it is given": _MODELS
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def exists(self, email: str) -> bool:
        statement = select(func.count()).select_from(User).where(User.email == email)
        result = await self.session.execute(statement)
        return result.scalar_one() > 0
    async def by_email(self, email: str) -> User:
        user = (await self.session.scalars(select(User).where(User.email == email))).first()
        if not user:
            raise LookupError
        return user
    async def add(self, user: User) -> None:
        self.session.add(user)
        await self.session.commit()
app = FastAPI()
@app.post("/a")
async def a(email: str, users: Users = Depends(Users)):
    taken = await users.exists(email)
    if taken:  # !
        raise HTTPException(409)
    await users.add(User(email=email))
@app.post("/b")
async def b(email: str, users: Users = Depends(Users)):
    try:
        found = await users.by_email(email)
        if found:  # !
            raise HTTPException(409)
    except LookupError:
        pass
    user = User(email=email)
    await users.add(user)
""",
    "a lookup that raises": _MODELS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session
from models import User
app = FastAPI()
class Missing(Exception): ...
def by_email(db: Session, email: str) -> User:
    user = db.scalar(select(User).where(User.email == email))
    if user is None:
        raise Missing
    return user
@app.post("/a")
def a(email: str, db: Session):
    try:  # !
        by_email(db, email)
    except Missing:
        db.add(User(email=email))
        db.commit()
    else:
        raise HTTPException(409)
@app.post("/b")
def b(email: str, db: Session):
    try:  # !
        db.scalars(select(User).where(User.email == email)).one()
        raise HTTPException(409)
    except NoResultFound:
        pass
    db.add(User(email=email))
    db.commit()
@app.post("/c")
def c(email: str, db: Session):
    try:
        if db.scalar(select(User).where(User.email == email)):  # !
            raise ValueError
        db.add(User(email=email))
        db.commit()
    except ValueError:
        raise HTTPException(409)
    except Exception as error:
        db.rollback()
        raise HTTPException(status_code=500, detail="failed") from error
""",
    "a repository": _MODELS
    + """
#= repositories.py
from typing import Generic, TypeVar
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Tag, User
T = TypeVar("T")
class Repository(Generic[T]):
    model: type[T]
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def exists(self, **columns) -> bool:
        statement = select(exists(self.model)).filter_by(**columns)
        return bool(await self.session.scalar(statement))
    async def create(self, **columns) -> T:
        row = self.model(**columns)
        self.session.add(row)
        await self.session.flush()
        return row
class Users(Repository[User]):
    model = User
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from repositories import Users
app = FastAPI()
class Service:
    def __init__(self, users: Users = Depends(Users)) -> None:
        self.users = users
    async def register(self, email: str) -> None:
        if await self.users.exists(email=email):  # !
            raise HTTPException(409)
        await self.users.create(email=email)
@app.post("/a")
async def a(email: str, service: Service = Depends(Service)):
    await service.register(email)
""",
    "FastCRUD": _MODELS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from fastcrud import FastCRUD
from models import User
users = FastCRUD(User)
app = FastAPI()
@app.post("/a")
async def a(email: str, db):
    found = await users.get(db=db, email=email)
    if found is not None:  # !
        raise HTTPException(409)
    return await users.create(db=db, object=given)
@app.post("/b")
async def b(email: str, db):
    if await users.count(db, email=email) > 0:  # !
        raise HTTPException(409)
    return await users.create(db, given)
""",
    "a table of SQLModel that is sent": """
from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, Session, SQLModel, or_, select
class Person(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    nick: str = Field(unique=True)
app = FastAPI()
def get_db():
    with Session() as db:
        yield db
@app.post("/people")
def add(person: Person, db: Session = Depends(get_db)) -> Person:
    same = or_(Person.email == person.email, Person.nick == person.nick)
    if db.exec(select(Person).where(same)).first():  # !
        raise HTTPException(409)
    db.add(person)
    db.commit()
    return person
""",
    "by functions of another module": _MODELS
    + """
#= crud.py
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
async def by_email(session: AsyncSession, email: str) -> User | None:
    statement = select(User).where(User.email == email)
    result = await session.execute(statement)
    return result.scalar_one_or_none()
async def add(session: AsyncSession, email: str) -> User:
    user = User(email=email)
    session.add(user)
    await session.commit()
    return user
#= main.py
from fastapi import APIRouter, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession
import crud
router = APIRouter()
@router.post("/")
async def register(email: str, session: AsyncSession):
    found = await crud.by_email(session, email)
    if found:  # !
        raise HTTPException(400)
    return await crud.add(session, email)
""",
    "by a query of the old style": _MODELS
    + """
#= main.py
from sqlalchemy.orm import Session
from models import User
def register(db: Session, email: str):
    if db.query(User).filter(User.email == email).first():  # !
        raise ValueError("taken")
    db.add(User(email=email))
    db.commit()
""",
    "by a count, of two columns": _MODELS
    + """
#= main.py
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Tag
async def create(session: AsyncSession, owner_id: int, name: str):
    count = await session.scalar(
        select(func.count()).select_from(Tag).where(Tag.owner_id == owner_id, Tag.name == name)
    )
    if count > 0:  # !
        raise LookupError
    tag = Tag(owner_id=owner_id, name=name)
    session.add_all([tag])
""",
    "in methods, by filter_by and a walrus": _MODELS
    + """
#= main.py
from sqlalchemy.orm import Session
from models import User
class Users:
    def __init__(self, db: Session) -> None:
        self.db = db
    def by_email(self, email: str):
        return self.db.query(User).filter_by(email=email).one_or_none()
    def register(self, email: str) -> None:
        if (found := self.by_email(email)) is not None:  # !
            raise ValueError(found.id)
        self._store(User(email=email))
        self.db.add(User(email=email))
    def _store(self, user: User) -> None: ...
""",
    "of SQLModel, added in the else": """
from fastapi import HTTPException
from sqlmodel import Field, Session, SQLModel, select
class UserIn(SQLModel):
    email: str = Field(unique=True)
class User(UserIn, table=True):
    id: int | None = Field(default=None, primary_key=True)
def register(session: Session, data: UserIn):
    found = session.exec(select(User).where(User.email == data.email)).first()
    if found:  # !
        raise HTTPException(409)
    else:
        session.add(User.model_validate(data))
""",
    "in a class method of the model": """
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    @classmethod
    async def by_name(cls, session: AsyncSession, name: str):
        result = await session.execute(select(cls).where(cls.name == name))
        return result.scalars().first()
async def create(session: AsyncSession, name: str):
    existing = await Role.by_name(session=session, name=name)
    if existing:  # !
        raise ValueError
    role = Role(name=name)
    session.add(role)
""",
    "of only the id, with an error that is raised again": _MODELS
    + """
#= main.py
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
async def register(session: AsyncSession, email: str):
    if await session.scalar(select(User.id).where(User.email == email)):  # !
        raise ValueError
    try:
        session.add(User(email=email))
        await session.commit()
    except SQLAlchemyError:
        await session.rollback()
        raise
""",
    "a helper that commits and catches nothing": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
async def save(session):
    await session.commit()
async def issue(session: AsyncSession, code: str):
    if await session.scalar(select(Badge).where(Badge.code == code)):  # !
        raise HTTPException(409)
    session.add(Badge(code=code))
    await save(session)
""",
    "get or create, an answer instead of an error, a key that is sent": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
class Follow(Base):
    __tablename__ = "follows"
    who: Mapped[int] = mapped_column(primary_key=True)
    whom: Mapped[int] = mapped_column(primary_key=True)

def person_of(db: Session, email: str) -> Person:
    found = db.scalar(select(Person).where(Person.email == email))
    if found is None:  # !
        found = Person(email=email)
        db.add(found)
        db.flush()
    return found
@app.post("/a")
def a(email: str, db: Session):
    return {"id": person_of(db, email).id}
@app.post("/b")
def b(email: str, db: Session):
    if db.query(Person).filter(Person.email == email).count() > 0:  # !
        return {"error": "taken"}
    db.add(Person(email=email))
    db.commit()
@app.post("/c")
async def c(who: int, whom: int, session: AsyncSession):
    if await session.get(Follow, (who, whom)):  # !
        raise HTTPException(409)
    session.add(Follow(who=who, whom=whom))
    await session.commit()
""",
    "a repository of a unit of work, by any criteria and by the name of its method": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
class Follow(Base):
    __tablename__ = "follows"
    who: Mapped[int] = mapped_column(primary_key=True)
    whom: Mapped[int] = mapped_column(primary_key=True)

class Repository:
    entity: type
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def one_by(self, **criteria):
        return await self.session.scalar(select(self.entity).filter_by(**criteria))
    async def find_by_email(self, email: str):
        return await self.session.scalar(select(self.entity).where(self.entity.email == email))
    def put(self, row):
        self.session.add(row)
class People(Repository):
    entity = Person
class Work:
    def __init__(self, session: AsyncSession) -> None:
        self.people = People(session)
async def one(work: Work, email: str):
    if await work.people.one_by(email=email):  # !
        raise ValueError
    work.people.put(Person(email=email))
async def other(work: Work, email: str):
    if (await work.people.find_by_email(email)) is not None:  # !
        raise ValueError
    work.people.put(Person(email=email))
@app.post("/a")
async def a(email: str, session: AsyncSession):
    await one(Work(session), email)
    await other(Work(session), email)
""",
    "SQL in a text, MongoDB, Tortoise": """
#= queries.py
async def user_by_email(conn, email):
    return await conn.fetchrow("SELECT * FROM users WHERE email = $1", email)
async def add_user(conn, email):
    await conn.execute("INSERT INTO users (email) VALUES ($1)", email)
#= main.py
from fastapi import FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorClient
from sqlalchemy import text
from tortoise import fields
from tortoise.models import Model
import queries
class Author(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=200, unique=True)
app = FastAPI()
users = AsyncIOMotorClient("mongodb://db").shop.users
@app.post("/a")
async def a(email: str, conn):
    if await queries.user_by_email(conn, email):  # !
        raise HTTPException(409)
    await queries.add_user(conn, email)
@app.post("/b")
async def b(email: str):
    known = await users.find_one({"email": email})
    if known:  # !
        return {"error": "taken"}
    await users.insert_one({"email": email})
@app.post("/c")
async def c(email: str):
    if await Author.exists(email=email):  # !
        raise HTTPException(409)
    await Author.create(email=email)
@app.post("/d")
async def d(email: str, session):
    found = await session.execute(text("SELECT 1 FROM users WHERE email = :e"), {"e": email})
    if found.first() is not None:  # !
        raise HTTPException(409)
    await session.execute(text("INSERT INTO users (email) VALUES (:e)"), {"e": email})
""",
    "by a class that sends the SQL it is given": """
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
from fastapi import FastAPI, HTTPException
from store import run, store
app = FastAPI()
@app.post("/notes")
async def create(slug: str):
    found = await store.one("SELECT id FROM notes WHERE slug = $1", slug)
    if found is not None:  # !
        raise HTTPException(409)
    await run("INSERT INTO notes (slug) VALUES ($1)", slug)
""",
}

_CHECK = """
#= main.py
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from models import Tag, User
"""

LOOK_ALIKES = {
    "one of two names in a method is no column": _BY_NAMES.replace(
        "NAMES", "platform_and_openid"
    ).replace("MARK", ""),
    "a unit of work that catches the error of its commit": """
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from tasks import send
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
async def get_db():
    async with Maker() as session:
        yield session
        await session.commit()
from fastapi import HTTPException
from sqlalchemy import select
class Work:
    def __init__(self, session):
        self.session = session
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, *_):
        try:
            await self.session.commit()
        except IntegrityError:
            raise HTTPException(409)
@app.post("/users")
async def create(name: str, session: AsyncSession = Depends(get_db)):
    async with Work(session):
        if await session.scalar(select(User).where(User.name == name)):
            raise HTTPException(409)
        session.add(User(name=name))
""",
    "a script that somebody runs": _MODELS + _COMMAND.replace("  # !", ""),
    "a seed": _MODELS
    + _SEED.replace("  # !", "")
    + """
#= seed.py
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
async def seed():
    await Users(AsyncSession()).create("ada@example.com")
asyncio.run(seed())
""",
    "a script, a command and a function that nothing calls": _MODELS
    + _SEED.replace("  # !", "")
    + """
async def older(email: str):
    await Users(AsyncSession()).create(email)
#= scripts/first.py
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
async def first():
    await Users(AsyncSession()).create("ada@example.com")
#= commands.py
import typer
from sqlalchemy.ext.asyncio import AsyncSession
from users import Users
cli = typer.Typer()
@cli.command()
async def add(email: str):
    await Users(AsyncSession()).create(email)
""",
    "a row that a dependency gives": """
from typing import Annotated
from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, Session, SQLModel, select
class Person(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
app = FastAPI()
def get_db():
    with Session() as db:
        yield db
def get_person(db: Annotated[Session, Depends(get_db)]) -> Person:
    return db.get_one(Person, 1)
@app.patch("/people/me")
def change(
    email: str,
    person: Annotated[Person, Depends(get_person)],
    db: Annotated[Session, Depends(get_db)],
) -> None:
    if db.exec(select(Person).where(Person.email == email)).first():
        raise HTTPException(409)
    person.email = email
    db.add(person)
    db.commit()
""",
    "repositories: no unique column, an error that is handled": _MODELS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from fastcrud import FastCRUD
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from models import Tag, User
users = FastCRUD(User)
tags = FastCRUD(Tag)
app = FastAPI()
class Missing(Exception): ...
def by_email(db: Session, email: str) -> User:
    user = db.scalar(select(User).where(User.email == email))
    if user is None:
        raise Missing
    return user
@app.post("/a")
async def a(city: str, db):
    if await users.exists(db=db, city=city):
        raise HTTPException(409)
    return await users.create(db=db, object=given)
@app.post("/b")
async def b(email: str, db):
    if await users.exists(db=db, email=email):
        raise HTTPException(409)
    try:
        return await users.create(db=db, object=given)
    except IntegrityError:
        raise HTTPException(409)
@app.post("/c")
async def c(email: str, db):
    if await users.exists(db=db, email=email):
        raise HTTPException(409)
    return await tags.create(db=db, object=given)
@app.post("/d")
def d(email: str, db: Session):
    try:
        user = by_email(db, email)
    except Missing:
        raise HTTPException(404)
    db.add(Tag(owner_id=user.id, name="new"))
    db.commit()
""",
    "a check for room": _MODELS
    + _CHECK
    + """
from sqlalchemy import func
MOST = 10
async def add(session: AsyncSession, owner_id: int, name: str):
    count = await session.scalar(
        select(func.count(Tag.id)).where(Tag.owner_id == owner_id, Tag.name == name)
    )
    if count >= 10:
        raise ValueError
    if count > MOST:
        raise ValueError
    session.add(Tag(owner_id=owner_id, name=name))
""",
    "the except stands behind it": _MODELS
    + _CHECK
    + """
async def register(session: AsyncSession, email: str):
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    session.add(User(email=email))
    try:
        await session.flush()
    except IntegrityError as exc:
        raise ValueError from exc
""",
    "the caller catches": _MODELS
    + _CHECK
    + """
async def register(session: AsyncSession, email: str):
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    session.add(User(email=email))
    await session.flush()
async def endpoint(session: AsyncSession):
    try:
        await register(session, "a")
    except IntegrityError:
        return 409
""",
    "the application has a handler": _MODELS
    + _CHECK
    + """
from fastapi import FastAPI
app = FastAPI()
@app.exception_handler(IntegrityError)
async def conflict(request, exc): ...
@app.post("/")
async def register(session: AsyncSession, email: str):
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    session.add(User(email=email))
""",
    "the dependency of the session catches": _MODELS
    + _CHECK
    + """
from fastapi import Depends, HTTPException
async def get_db():
    try:
        yield AsyncSession()
    except IntegrityError as exc:
        raise HTTPException(409) from exc
async def register(email: str, session: AsyncSession = Depends(get_db)):
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    session.add(User(email=email))
""",
    "no constraint, and a lookup that takes any number of rows": _UNCONSTRAINED
    + """
@app.post("/c")
async def c(session: AsyncSession, user: int, team: int):
    where = Membership.user_id == user, Membership.team_id == team
    found = await session.execute(
        select(Membership).where(Membership.user_id == user, Membership.team_id == team)
    )
    if found.scalar_one_or_none():
        raise HTTPException(409)
    try:
        session.add(Membership(user_id=user, team_id=team))
        await session.commit()
    except IntegrityError:
        raise HTTPException(409)
@app.post("/d")
async def d(session: AsyncSession, email: str):
    query = select(Account).where(Account.email == email, Account.is_active == True).limit(1)
    if (await session.execute(query)).scalar_one_or_none():
        raise HTTPException(409)
    session.add(Account(email=email))
""",
    "no constraint in the model, but in a migration": _UNCONSTRAINED
    + """
@app.post("/a")
async def a(session: AsyncSession, email: str):
    found = await session.execute(select(Account).where(Account.email == email))
    if found.scalar_one_or_none():
        raise HTTPException(409)
    try:
        session.add(Account(email=email))
        await session.commit()
    except IntegrityError:
        raise HTTPException(409)
#= migrations/versions/one.py
from alembic import op
def upgrade():
    op.create_index("ix_accounts_email", "accounts", ["email"], unique=True)
""",
    "the column is not unique, and a row that is there is no error": _MODELS
    + _CHECK
    + """
async def register(session: AsyncSession, city: str):
    if found := await session.scalar(select(User).where(User.city == city)):
        return found
    session.add(User(city=city, email="a"))
async def remind(session: AsyncSession, city: str):
    if await session.scalar(select(User).where(User.city == city).order_by(User.id).limit(1)):
        raise ValueError("not again")
    session.add(User(city=city, email="a"))
async def first(session: AsyncSession, email: str):
    if await session.scalar(select(User).where(User.city == "Rome")):
        raise ValueError("Rome has one")
    session.add(User(city="Rome", email=email))
""",
    "the row must be there": _MODELS
    + _CHECK
    + """
async def tag(session: AsyncSession, email: str):
    user = await session.scalar(select(User).where(User.email == email))
    if user is None:
        raise LookupError
    if not user:
        raise LookupError
    session.add(User(email="other"))
""",
    "another model is added": _MODELS
    + _CHECK
    + """
async def tag(session: AsyncSession, email: str):
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    session.add(Tag(owner_id=1, name=email))
""",
    "an update": _MODELS
    + _CHECK
    + """
async def rename(session: AsyncSession, user: User, email: str):
    other = await session.scalar(select(User).where(User.email == email))
    if other:
        raise ValueError
    user.email = email
    session.add(user)
""",
    "a lock is held": _MODELS
    + _CHECK
    + """
from locks import lock_users
async def register(session: AsyncSession, email: str):
    await lock_users(session)
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    session.add(User(email=email))
""",
    "the database decides": _MODELS
    + _CHECK
    + """
from sqlalchemy.dialects.postgresql import insert
async def register(session: AsyncSession, email: str):
    if await session.scalar(select(User).where(User.email == email)):
        raise ValueError
    await session.execute(insert(User).values(email=email).on_conflict_do_nothing())
""",
    "a helper that commits and catches the error": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
class Badges:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def _store(self):
        try:
            await self.session.commit()
        except IntegrityError as error:
            await self.session.rollback()
            raise HTTPException(409) from error
    async def create(self, code: str):
        found = await self.session.execute(select(Badge).where(Badge.code == code))
        if found.scalar_one_or_none():
            raise HTTPException(409)
        self.session.add(Badge(code=code))
        await self._store()
""",
    "a function that flushes and catches the error": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
async def save(session):
    try:
        await session.flush()
    except IntegrityError:
        raise HTTPException(409) from None
async def issue(session: AsyncSession, code: str):
    if await session.scalar(select(Badge).where(Badge.code == code)):
        raise HTTPException(409)
    badge = Badge(code=code)
    session.add(badge)
    await save(session)
""",
    "what adds calls what catches": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
async def save(session):
    try:
        await session.flush()
    except IntegrityError:
        raise HTTPException(409) from None
async def add(session: AsyncSession, code: str):
    session.add(Badge(code=code))
    await save(session)
async def issue(session: AsyncSession, code: str):
    if await session.scalar(select(Badge).where(Badge.code == code)):
        raise HTTPException(409)
    await add(session, code)
""",
    "a context manager that catches the error": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Badge(Base):
    __tablename__ = "badges"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
from contextlib import asynccontextmanager
@asynccontextmanager
async def conflicts():
    try:
        yield
    except IntegrityError:
        raise HTTPException(409) from None
async def issue(session: AsyncSession, code: str):
    if await session.scalar(select(Badge).where(Badge.code == code)):
        raise HTTPException(409)
    async with conflicts():
        session.add(Badge(code=code))
        await session.commit()
""",
    "SQL that lets the database decide, errors of a unique index that are answered": """
from asyncpg import UniqueViolationError
from fastapi import FastAPI, HTTPException
from pymongo.errors import DuplicateKeyError
app = FastAPI()
@app.post("/a")
async def a(email: str, conn):
    if await conn.fetchval("SELECT id FROM users WHERE email = $1", email):
        raise HTTPException(409)
    await conn.execute("INSERT INTO users (email) VALUES ($1) ON CONFLICT DO NOTHING", email)
@app.post("/b")
async def b(email: str, users):
    if await users.find_one({"email": email}):
        raise HTTPException(409)
    try:
        await users.insert_one({"email": email})
    except DuplicateKeyError:
        raise HTTPException(409)
@app.post("/c")
async def c(owner: int, conn):
    if not await conn.fetchval("SELECT id FROM users WHERE id = $1", owner):
        raise HTTPException(404)
    await conn.execute("INSERT INTO notes (owner) VALUES ($1)", owner)
@app.post("/d")
async def d(email: str, conn):
    try:
        if await conn.fetchval("SELECT id FROM users WHERE email = $1", email):
            raise HTTPException(409)
        await conn.execute("INSERT INTO users (email) VALUES ($1)", email)
    except UniqueViolationError:
        raise HTTPException(409)
""",
    "a key that is made here, and a caller that catches the error of its commit": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
class Follow(Base):
    __tablename__ = "follows"
    who: Mapped[int] = mapped_column(primary_key=True)
    whom: Mapped[int] = mapped_column(primary_key=True)

from uuid import uuid4
async def commit(session: AsyncSession):
    try:
        await session.commit()
    except IntegrityError:
        if session.info.get("conflict"):
            raise HTTPException(409) from None
        raise HTTPException(500) from None
async def save(session: AsyncSession, email: str):
    found = await session.scalar(select(Person).where(Person.email == email))
    if found is None:
        found = Person(email=email)
        session.add(found)
    return found
@app.put("/a")
async def a(email: str, session: AsyncSession):
    await save(session, email)
    await commit(session)
@app.post("/b")
async def b(key: int, session: AsyncSession):
    found = await session.get(Person, key)
    if found is None:
        found = Person(id=uuid4().int, email="a")
        session.add(found)
""",
    "get or create that reads the row of the other request": """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
class Follow(Base):
    __tablename__ = "follows"
    who: Mapped[int] = mapped_column(primary_key=True)
    whom: Mapped[int] = mapped_column(primary_key=True)

async def person_of(session: AsyncSession, email: str) -> Person:
    found = await session.scalar(select(Person).where(Person.email == email))
    if found:
        return found
    made = Person(email=email)
    nested = await session.begin_nested()
    try:
        session.add(made)
        await session.flush()
    except IntegrityError:
        await nested.rollback()
        found = await session.scalar(select(Person).where(Person.email == email))
        if found:
            return found
        raise
    return made
@app.post("/a")
async def a(email: str, session: AsyncSession):
    return {"id": (await person_of(session, email)).id}
""",
}

_HANDLED = (
    _MODELS
    + """
#= main.py
from fastapi import Depends, FastAPI, status
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
app = FastAPI()
@app.exception_handler(SQLAlchemyError)
async def database_error(request, exc):
    print(exc)
    return JSONResponse(status_code=STATUS, content={"error": "database"})
@app.post("/users")
async def create(email: str, session: AsyncSession = Depends()) -> None:
    if await session.scalar(select(User).where(User.email == email)):MARK
        raise ValueError("exists")
    session.add(User(email=email))
    await session.commit()
"""
)
FOUND["a handler that answers 500 to all errors of the database"] = _HANDLED.replace(
    "STATUS", "status.HTTP_500_INTERNAL_SERVER_ERROR"
).replace("MARK", "  # !")
LOOK_ALIKES["a handler that answers 409"] = _HANDLED.replace("STATUS", "409").replace("MARK", "")
_STAYS = """
#= stays.py
from datetime import date
from sqlalchemy import ForeignKey, and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Cabin(Base):
    __tablename__ = "cabins"
    id: Mapped[int] = mapped_column(primary_key=True)
    beds: Mapped[int]
class Stay(Base):
    __tablename__ = "stays"
    id: Mapped[int] = mapped_column(primary_key=True)
    cabin_id: Mapped[int] = mapped_column(ForeignKey("cabins.id"))
    arrives: Mapped[date]
    leaves: Mapped[date]
class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[date]
def taken(arrives: date, leaves: date):
    return (
        select(func.count(Stay.id))
        .where(or_(and_(Stay.arrives >= arrives, Stay.arrives < leaves), Stay.leaves > arrives))
        .scalar_subquery()
    )
async def beds_left(db: AsyncSession, cabin: int, arrives: date, leaves: date) -> int:
    rows = await db.execute(select(Cabin.beds - taken(arrives, leaves)).where(Cabin.id == cabin))
    return rows.scalar_one()
class Stays:
    model = Stay
    def __init__(self, db: Session) -> None:
        self.db = db
    def is_free(self, cabin: int, arrives: date, leaves: date) -> bool:
        query = select(self.model).where(self.model.cabin_id == cabin)
        query = query.where(self.model.arrives < leaves).where(arrives < self.model.leaves)
        return self.db.scalars(query).first() is None
    def create(self, **values) -> None:
        self.db.execute(insert(self.model).values(**values))
#= main.py
from datetime import date
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import exists, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from somewhere import get_db, get_session
from stays import Cabin, Stay, Stays, Visit, beds_left
app = FastAPI()
"""
_BOOKED = """
@app.post("/stays")
def book(cabin: int, arrives: date, leaves: date, db: Session = Depends(get_db)):
    LOCK
    asked = select(Stay).where(Stay.cabin_id == cabin, Stay.arrives < leaves, arrives < Stay.leaves)
    if db.scalars(asked).first():  # !
        raise HTTPException(409)
    stay = Stay(cabin_id=cabin, arrives=arrives, leaves=leaves)
    db.add(stay)
    db.commit()
"""
FOUND["rows that overlap"] = _STAYS + _BOOKED.replace("LOCK", "...")
FOUND["beds that are left, by functions, and an insert in the branch"] = (
    _STAYS
    + """
@app.post("/stays")
async def book(cabin: int, arrives: date, leaves: date, db: AsyncSession = Depends(get_session)):
    left = await beds_left(db, cabin, arrives, leaves)
    if left > 0:  # !
        values = {"cabin_id": cabin, "arrives": arrives, "leaves": leaves}
        await db.execute(insert(Stay).values(values))
        await db.commit()
    else:
        raise HTTPException(409)
"""
)
_BY_REPOSITORY = """
@app.post("/stays")
def book(cabin: int, arrives: date, leaves: date, db: Session = Depends(get_db)):
    stays = Stays(db)
    if not stays.is_free(cabin, arrives, leaves):  # !
        raise HTTPException(409)
    stays.create(cabin_id=cabin, arrives=arrives, leaves=leaves)
    db.commit()
"""
FOUND["rows that overlap, in a repository"] = _STAYS + _BY_REPOSITORY
_BOOKS = _BOOKED.replace("  # !", "")
_ROW_LOCK = "db.scalars(select(Cabin).where(Cabin.id == cabin).with_for_update()).one()"
LOOK_ALIKES["the row that is booked is locked first"] = _STAYS + _BOOKS.replace("LOCK", _ROW_LOCK)
LOOK_ALIKES["an advisory lock around rows that may overlap"] = _STAYS + _BOOKS.replace(
    "LOCK", 'db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": cabin})'
)
LOOK_ALIKES["an exclusion constraint"] = _STAYS.replace(
    '    __tablename__ = "stays"\n',
    '    __tablename__ = "stays"\n    __table_args__ = (ExcludeConstraint(("cabin_id", "=")),)\n',
).replace(
    "from sqlalchemy.ext",
    "from sqlalchemy.dialects.postgresql import ExcludeConstraint\nfrom sqlalchemy.ext",
    1,
) + _BOOKS.replace("LOCK", "...")
LOOK_ALIKES["transactions that notice"] = _STAYS + _BOOKS.replace(
    "LOCK", 'db.connection(execution_options={"isolation_level": "SERIALIZABLE"})'
)
LOOK_ALIKES["the caller locks"] = (
    _STAYS
    + """
def book(db: Session, cabin: int, arrives: date, leaves: date) -> None:
    if not Stays(db).is_free(cabin, arrives, leaves):
        raise HTTPException(409)
    db.add(Stay(cabin_id=cabin, arrives=arrives, leaves=leaves))
@app.post("/stays")
def post(cabin: int, arrives: date, leaves: date, db: Session = Depends(get_db)):
    db.get(Cabin, cabin, with_for_update=True)
    book(db, cabin, arrives, leaves)
    db.commit()
"""
)
LOOK_ALIKES["rows of another kind, and times that are only shown or of one column"] = (
    _STAYS
    + """
@app.post("/visits")
def visit(cabin: int, today: date, db: Session = Depends(get_db)):
    if not db.scalar(select(Stay).where(Stay.arrives <= today, Stay.leaves >= today)):
        raise HTTPException(409)
    if db.scalar(select(Visit).where(Visit.at >= today, Visit.at <= today)):
        raise HTTPException(409)
    db.add(Visit(at=today))
    db.commit()
@app.post("/stays")
def book(cabin: int, arrives: date, leaves: date, db: Session = Depends(get_db)):
    others = db.scalars(select(Stay).where(Stay.arrives < leaves, Stay.leaves > arrives)).all()
    if arrives > leaves:
        raise HTTPException(422)
    db.add(Stay(cabin_id=cabin, arrives=arrives, leaves=leaves))
    db.commit()
    return {"neighbours": len(others)}
"""
)
_UNTYPED = (
    _STAYS
    + """
class Desk:
    def __init__(self, stays):
        self.stays = stays
    def book(self, cabin, arrives, leaves):
        if self.stays.is_free(cabin, arrives, leaves):  # !
            self.stays.create(cabin_id=cabin, arrives=arrives, leaves=leaves)
class Phone(Desk): ...
def put(stays, cabin, arrives, leaves):
    if not stays.is_free(cabin, arrives, leaves):  # !
        raise HTTPException(409)
    stays.create(cabin_id=cabin, arrives=arrives, leaves=leaves)
@app.post("/calls")
def call(cabin: int, arrives: date, leaves: date, db: Session = Depends(get_db)):
    Phone(Stays(db)).book(cabin, arrives, leaves)
    db.commit()
@app.put("/stays")
def change(cabin: int, arrives: date, leaves: date, db: Session = Depends(get_db)):
    put(Stays(db), cabin, arrives, leaves)
    db.commit()
"""
)
FOUND["parameters without a type, which all calls give the same"] = _UNTYPED
LOOK_ALIKES["parameters without a type, which calls give this or that"] = (
    _UNTYPED.replace("  # !", "")
    + """
class Waiting:
    def is_free(self, cabin, arrives, leaves): ...
    def create(self, **values): ...
@app.post("/waiting")
def wait(cabin: int, arrives: date, leaves: date):
    Desk(Waiting()).book(cabin, arrives, leaves)
    put(Waiting(), cabin, arrives, leaves)
"""
)
