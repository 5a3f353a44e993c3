"""Endpoints that return rows: with a response schema or without, and got in which way."""

BAD = ['@app.get("/users/{user_id}")']

_DB = """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
maker = sessionmaker(create_engine("postgresql://db/app"))
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
def get_db():
    with maker() as session:
        yield session
"""

FOUND = {
    "a schema with the hash in it": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column
from db import Base, User, get_db
app = FastAPI()
class UserInDB(BaseModel):
    id: int
    password_hash: str
class Page(BaseModel):
    users: list[UserInDB]
    count: int
class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password: Mapped[str]
class MemberOut(BaseModel):
    email: str
    password: str
@app.get("/users/{key}", response_model=UserInDB)  # !
def one(key: int, session=Depends(get_db)):
    return session.get(User, key)
@app.get("/users")  # !
def several(session=Depends(get_db)) -> Page:
    return Page(users=session.scalars(select(User)).all(), count=1)
@app.get("/members/{key}", response_model=MemberOut)  # !
def member(key: int, session=Depends(get_db)):
    return session.get(Member, key)
""",
    "a schema of a service without tables": """
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Account(BaseModel):
    name: str
    hashed_password: str | None = None
@app.get("/me")  # !
async def me() -> Account:
    return Account(**await users.find_one({"name": "ada"}))
""",
    "dictionaries and responses that are made by hand": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from db import User, get_db
Db = Annotated[Session, Depends(get_db)]
from typing import Any
from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
app = FastAPI()
@app.get("/a/{id}", response_model=None)  # !
def a(id: int, session: Db):
    user = session.get(User, id)
    return JSONResponse(content=jsonable_encoder(user), headers={"x": "1"})
@app.get("/b/{id}")  # !
def b(id: int, session: Db) -> dict[str, Any]:
    user = session.get_one(User, id)
    found = {column.name: getattr(user, column.name) for column in user.__table__.columns}
    return found
@app.get("/c")  # !
def c(session: Db) -> list[dict]:
    rows = (session.execute(select(User).limit(10))).all()
    return [row._asdict() for row in rows]
@app.get("/d")  # !
def d(session: Db):
    rows = session.execute(select(User).limit(10))
    return {"items": [dict(row._mapping) for row in rows]}
@app.get("/e/{id}")  # !
def e(id: int, session: Db):
    user = session.get_one(User, id)
    return {"user": user, "ok": True}
@app.get("/f/{id}")  # !
def f(id: int, session: Db) -> dict:
    user = session.get_one(User, id)
    return {k: v for k, v in user.__dict__.items() if not k.startswith("_")}
""",
    "a method of the base class": """
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from fastapi import Depends, FastAPI
class Base(DeclarativeBase):
    def to_dict(self) -> dict:
        return {c.name: getattr(self, c.name) for c in self.__table__.columns}
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
def get_db():
    with Session() as session:
        yield session
app = FastAPI()
@app.get("/users/{id}")  # !
def read(id: int, session: Session = Depends(get_db)):
    user = session.get(User, id)
    return user.to_dict()
""",
    "narrowed to the row": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")  # !
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    if isinstance(found, User):
        return found
    return None
""",
    "the response is told apart before": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")  # !
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    if isinstance(found, JSONResponse):
        return found
    return found
""",
    "a list of a legacy query": _DB
    + """
#= main.py
from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
import db
router = APIRouter()
@router.get("/users")  # !
def users(session: Session = Depends(db.get_db)):
    return session.query(db.User).filter(db.User.id > 5).all()
""",
    "scalars of a statement with a name": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from db import User as Account
app = FastAPI()
@app.get(  # !
    "/users",
    tags=["users"],
)
async def users(session: Annotated[AsyncSession, Depends()]):
    statement = select(Account).limit(10)
    result = await session.execute(statement)
    found = result.scalars().all()
    return found
""",
    "a new object, and response_model=None": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import User, get_db
app = FastAPI()
@app.post("/users", response_model=None)  # !
def create(session=Depends(get_db)):
    user = User(password_hash="x")
    session.add(user)
    return user
""",
    "Any, which is a 500": _DB
    + """
#= main.py
import typing as t
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
@app.get("/user")  # !
def one(session=Depends(get_db)) -> t.Any:
    return session.scalar(select(User))
""",
    "a service that says what it returns": _DB
    + """
#= service.py
from collections.abc import Sequence
from db import User
class Users:
    async def one(self, key) -> User | None: ...
    async def listed(self) -> Sequence[User]: ...
#= main.py
from fastapi import FastAPI
from service import Users
app = FastAPI()
users = Users()
@app.get("/user")  # !
async def one(key: str):
    return await users.one(key)
@app.get("/users")  # !
async def listed():
    return await users.listed()
async def added(key: str):
    return await users.one(key)
app.add_api_route("/added", added)  # !
""",
    "a table of SQLModel": """
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine, select
engine = create_engine("sqlite:///app.db")
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    secret_name: str
def get_session():
    with Session(engine) as session:
        yield session
app = FastAPI()
@app.get("/heroes")  # !
def heroes(session: Session = Depends(get_session)):
    return session.exec(select(Hero)).all()
""",
    "a table of SQLModel is the schema": """
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, select
app = FastAPI()
def get_session() -> Session: ...
SessionDep = Annotated[Session, Depends(get_session)]
class UserBase(SQLModel):
    email: str
class User(UserBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    hashed_password: str
class Page(SQLModel):
    items: list[User]
    total: int
@app.get("/users/{number}", response_model=User)  # !
def user(number: int, session: SessionDep):
    return session.get(User, number)
@app.get("/users")  # !
def users(session: SessionDep) -> list[User]:
    return session.exec(select(User).limit(10)).all()
@app.get("/pages", response_model=Page)  # !
def page(session: SessionDep):
    users = session.exec(select(User).limit(10)).all()
    return {"items": users, "total": len(users)}
@app.get("/some/{number}", response_model=User | None)  # !
def some(number: int, session: SessionDep):
    return session.get(User, number)
""",
    "a table of SQLModel hides one secret and sends another, or its columns are read by hand": """
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel
class Key(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str = Field(exclude=True)
    api_key: str
class Login(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str = Field(exclude=True)
class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str
    draft: bool = Field(exclude=True)
    text: str = Field(exclude=False)
def get_session():
    with Session() as session:
        yield session
Db = Annotated[Session, Depends(get_session)]
app = FastAPI()
@app.get("/keys/{number}")  # !
def key(number: int, session: Db):
    return session.get(Key, number)
@app.get("/logins/{number}")  # !
def login(number: int, session: Db):
    row = session.get_one(Login, number)
    return {c.name: getattr(row, c.name) for c in Login.__table__.columns}
@app.get("/notes/{number}")  # !
def note(number: int, session: Db):
    return {"note": session.get(Note, number)}
""",
    "a list of rows that the caller gives": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
def to_dict(user: User) -> dict:
    return {c.name: getattr(user, c.name) for c in user.__table__.columns}
def team(name: str, *, members: list[User] | None = None) -> dict:
    return {"name": name, "members": [to_dict(one) for one in members or []]}
def crew(name: str, members: list[User] = ()) -> dict:
    members = members or load()
    return {"name": name, "members": [to_dict(one) for one in members]}
def load() -> list[User]: ...
@app.get("/teams/{name}")  # !
def read(name: str, session=Depends(get_db)):
    return team(name, members=session.scalars(select(User)).all())
@app.get("/crews/{name}")  # !
def read_crew(name: str):
    return crew(name)
@app.get("/others/{name}")  # !
def read_other(name: str, options: dict = Depends(load)):
    return team(name, **options)
""",
}

_BEANIE = """
from beanie import Document, PydanticObjectId
from fastapi import FastAPI
from pydantic import BaseModel, Field
app = FastAPI()
class User(Document):
    name: str
    hashed_password: str
class Note(Document):
    text: str
class Member(Document):
    name: str
    hashed_password: str = Field(exclude=True)
class UserOut(BaseModel):
    name: str
"""

FOUND |= {
    "a document of Beanie": _BEANIE
    + """
@app.get("/users/{id}")  # !
async def read(id: PydanticObjectId):
    user = await User.get(id)
    return user
@app.get("/users")  # !
async def read_all():
    return await User.find(User.name == "a").limit(20).to_list()
@app.get("/one", response_model=User)  # !
async def read_one():
    return await User.find_one()
@app.get("/typed")  # !
async def read_typed() -> list[User]:
    return await User.find_all().to_list()
@app.post("/users")  # !
async def create(user: User):
    await user.insert()
    return user
""",
}

LOOK_ALIKES = {
    "an annotation that the function does not keep": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
class Accounts:
    @staticmethod
    async def register(session: Session, name: str) -> User:
        user = User(password_hash=name)
        session.add(user)
        if name:
            return {"message": "look into your mailbox"}
        return {"message": "welcome"}
@app.post("/register")
async def register(name: str, session: Session = Depends(get_db)):
    return await Accounts.register(session, name)
""",
    "a schema that does not send the hash": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field, SecretStr, field_serializer
from sqlalchemy.orm import Mapped, mapped_column
from db import Base, User, get_db
app = FastAPI()
class Excluded(BaseModel):
    password_hash: str = Field(exclude=True)
class Masked(BaseModel):
    password_hash: SecretStr
class Serialised(BaseModel):
    password_hash: str
    @field_serializer("password_hash")
    def hidden(self, value):
        return "***"
class UserOut(BaseModel):
    id: int
class UserInDB(UserOut):
    password_hash: str
class Dates(BaseModel):
    password_hash_changed: str
    is_password_hashed: bool
class SignUp(BaseModel):
    email: str
    password: str
class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[int] = mapped_column(primary_key=True)
    password: Mapped[str]
@app.get("/a", response_model=Excluded)
@app.get("/b", response_model=Masked)
@app.get("/c", response_model=Serialised)
@app.get("/d", response_model=UserOut)
@app.get("/e", response_model=UserInDB, response_model_exclude={"password_hash"})
@app.get("/f", response_model=Dates)
@app.get("/internal/users", response_model=UserInDB)
def one(session=Depends(get_db)):
    return session.get(User, 1)
@app.post("/g", response_model=SignUp)
def echo(data: SignUp):
    return data
@app.get("/h", response_model=SignUp)
def room(session=Depends(get_db)):
    return session.get(Room, 1)
""",
    "documents of Beanie: filtered, without a secret, or with one that is left out": _BEANIE
    + """
@app.get("/users/{id}", response_model=UserOut)
async def read(id: PydanticObjectId):
    return await User.get(id)
@app.get("/names")
async def names():
    return [user.name for user in await User.find_all().to_list()]
@app.get("/notes")
async def notes():
    return await Note.find_all().to_list()
@app.get("/members")
async def members() -> list[Member]:
    return await Member.find_all().to_list()
@app.get("/members/1")
async def member():
    return await Member.find_one()
@app.get("/count")
async def count():
    return await User.find_all().count()
@app.get("/typed")
async def typed() -> UserOut:
    return await User.find_one()
""",
    "a table of SQLModel as the schema, without what must not be seen": """
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlmodel import Field, Relationship, Session, SQLModel, select
app = FastAPI()
def get_session() -> Session: ...
SessionDep = Annotated[Session, Depends(get_session)]
class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    hashed_password: str = Field(exclude=True)
    password_changed: bool = False
    items: list["Item"] = Relationship(back_populates="owner")
class Account(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    password_hash: str
class Item(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner: Account = Relationship()
class AccountOut(SQLModel):
    id: int
@app.get("/users/{number}", response_model=User)
def user(number: int, session: SessionDep):
    return session.get(User, number)
@app.get("/accounts/{number}", response_model=Account, response_model_exclude={"password_hash"})
def account(number: int, session: SessionDep):
    return session.get(Account, number)
@app.get("/items/{number}")
def item(number: int, session: SessionDep) -> Item:
    return session.get(Item, number)
@app.get("/owners/{number}", response_model=AccountOut)
def owner(number: int, session: SessionDep) -> Account:
    return session.get(Account, number)
""",
    "dictionaries of chosen columns": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from db import User, get_db
Db = Annotated[Session, Depends(get_db)]
from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel
class UserOut(BaseModel):
    id: int
app = FastAPI()
SECRET = {"password_hash"}
@app.get("/a/{id}")
def a(id: int, session: Db):
    user = session.get(User, id)
    return JSONResponse(jsonable_encoder(UserOut.model_validate(user, from_attributes=True)))
@app.get("/b/{id}")
def b(id: int, session: Db) -> dict:
    user = session.get_one(User, id)
    return {c.name: getattr(user, c.name) for c in User.__table__.columns if c.name not in SECRET}
@app.get("/c")
def c(session: Db) -> list[dict]:
    rows = (session.execute(select(User.id).limit(10))).all()
    return [dict(row._mapping) for row in rows]
@app.get("/d/{id}", response_model=UserOut)
def d(id: int, session: Db):
    user = session.get_one(User, id)
    return {c.name: getattr(user, c.name) for c in User.__table__.columns}
@app.get("/e/{id}")
def e(id: int, session: Db):
    user = session.get_one(User, id)
    return JSONResponse(jsonable_encoder(user, include={"id"}))
@app.get("/f/{id}")
def f(id: int, session: Db) -> dict:
    user = session.get_one(User, id)
    return {"id": user.id}
""",
    "narrowed to a response": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    if isinstance(found, JSONResponse):
        return found
    return {"id": found.id}
""",
    "narrowed to one of several responses, inside another condition": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    if found is not None:
        if isinstance(found, (JSONResponse, RedirectResponse)) and key:
            return found
    return {"id": key}
""",
    "what is no response was refused": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    if not isinstance(found, Response):
        raise HTTPException(404)
    return found
""",
    "asserted": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    assert isinstance(found, Response)
    return found
""",
    "matched": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from db import User, get_db
app = FastAPI()
def find(session: Session, key: int):
    return session.query(User).filter(User.id == key).first()
@app.get("/{key}")
def read(key: int, session: Session = Depends(get_db)):
    found = find(session, key)
    match found:
        case Response():
            return found
    return {"id": key}
""",
    "a response model, a return type": _DB
    + """
#= main.py
from typing import Any
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
class UserOut(BaseModel):
    id: int
@app.get("/a", response_model=UserOut)
def a(session=Depends(get_db)) -> Any:
    return session.scalar(select(User))
@app.get("/b")
def b(session=Depends(get_db)) -> list[UserOut]:
    return session.scalars(select(User)).all()
""",
    "built field by field": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
@app.get("/a")
def a(session=Depends(get_db)):
    user = session.scalar(select(User))
    return {"id": user.id}
@app.get("/b")
def b(session=Depends(get_db)):
    return [{"id": user.id} for user in session.scalars(select(User))]
@app.get("/c")
def c(session=Depends(get_db)):
    return session.scalar(select(User)).id
""",
    "a schema of the same name": """
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class User(BaseModel):
    id: int
@app.get("/a")
def a():
    return User(id=1)
""",
    "single columns": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import func, select
from db import User, get_db
app = FastAPI()
@app.get("/a")
def a(session=Depends(get_db)):
    return session.scalars(select(User.id)).all()
@app.get("/b")
def b(session=Depends(get_db)):
    return session.scalar(select(func.count()).select_from(User))
""",
    "no endpoint": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
def current(session=Depends(get_db)):
    return session.scalar(select(User))
@app.get("/me")
def me(user=Depends(current)):
    return {"id": user.id}
""",
    "in a test": _DB
    + """
#= tests/test_app.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
@app.get("/a")
def a(session=Depends(get_db)):
    return session.scalar(select(User))
""",
    "a service that returns a response, not what it says": _DB
    + """
#= service.py
from fastapi.responses import JSONResponse
from db import User
def answer(data):
    return JSONResponse(data)
def create(session) -> User:
    user = User(password_hash="x")
    session.add(user)
    return answer({"id": user.id})
#= main.py
from fastapi import Depends, FastAPI
import service
from db import get_db
app = FastAPI()
@app.post("/a")
def a(session=Depends(get_db)):
    user = service.create(session)
    return user
""",
    "its own response": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
@app.get("/a", response_class=JSONResponse)
def a(session=Depends(get_db)):
    return JSONResponse({"id": session.scalar(select(User)).id})
""",
    "a coroutine that nobody awaits, which is no row": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
async def renamed(session, key: int) -> User:
    user = session.scalar(select(User).where(User.id == key))
    return user
@app.post("/{key}/name")
def rename(key: int, session=Depends(get_db)):
    return renamed(session, key)
""",
    "a table of SQLModel that chooses what it sends": """
from typing import Annotated
from fastapi import Depends, FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import model_serializer
from sqlmodel import Field, Session, SQLModel
class Member(SQLModel, table=True):
    id: int = Field(primary_key=True)
    email: str
    hashed_password: str = Field(default=None, exclude=True)
class Hidden(SQLModel):
    secret_key: Annotated[str, Field(exclude=True)]
class Device(Hidden, table=True):
    id: int = Field(primary_key=True)
class Staff(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str
    @model_serializer
    def shown(self) -> dict:
        return {"id": self.id}
class Guest(SQLModel, table=True):
    id: int = Field(primary_key=True)
    password_hash: str
    @model_serializer(mode="wrap")
    def shown(self, handler) -> dict:
        return {k: v for k, v in handler(self).items() if k != "password_hash"}
def get_session():
    with Session() as session:
        yield session
Db = Annotated[Session, Depends(get_session)]
app = FastAPI()
@app.get("/members/{number}")
def member(number: int, session: Db):
    return {"message": "ok", "user": session.get(Member, number)}
@app.get("/devices/{number}")
def device(number: int, session: Db):
    return JSONResponse(jsonable_encoder(session.get(Device, number)))
@app.get("/staff/{number}")
def staff(number: int, session: Db):
    return session.get(Staff, number)
@app.get("/guests/{number}")
def guest(number: int, session: Db):
    return [session.get(Guest, number)]
""",
    "a list of rows that this caller leaves empty, a secret that is taken out": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from db import User, get_db
app = FastAPI()
def to_dict(user: User) -> dict:
    return {c.name: getattr(user, c.name) for c in user.__table__.columns}
def team(name: str, members: list[User] | None = None) -> dict:
    return {"name": name, "members": [to_dict(one) for one in (members or [])]}
def crew(name: str, *, members: list[User] = ()) -> dict:
    return {"name": name, "members": [to_dict(one) for one in members]}
@app.get("/a")
def a():
    return team("a")
@app.get("/b")
def b():
    return team("b", [])
@app.get("/c")
def c():
    return team("c", members=None)
@app.get("/d")
def d():
    return crew("d")
@app.get("/e")
def e(session=Depends(get_db)):
    data = to_dict(session.scalar(select(User)))
    data.pop("password_hash", None)
    return data
@app.get("/f")
def f(session=Depends(get_db)):
    data = to_dict(session.scalar(select(User)))
    del data["password_hash"]
    return data
""",
}
_MEMBERS = """
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from somewhere import Club, find_club
class Base(DeclarativeBase): ...
class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password: Mapped[str]
class Named(BaseModel):
    email: str
class Full(Named):
    id: int
    password: str | None = None
class Draft(Full):
    password_again: str
app = FastAPI()
"""
FOUND["a schema with the password of the row, of rows that something else finds"] = (
    _MEMBERS
    + """
@app.get("/members/{email}")  # !
async def member(email: str, club: Club = Depends(find_club)) -> Full:
    return await club.member(email)
"""
)
LOOK_ALIKES["a schema with the password that was sent, and one of no row"] = (
    _MEMBERS
    + """
@app.post("/members")
async def join(member: Full, club: Club = Depends(find_club)) -> Full:
    return await club.join(member)
@app.get("/members/{email}")
async def member(email: str, club: Club = Depends(find_club)) -> Named:
    return await club.member(email)
@app.get("/drafts/{email}")
async def draft(email: str, club: Club = Depends(find_club)) -> Draft:
    return await club.draft(email)
"""
)
