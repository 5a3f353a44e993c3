"""The `sub` of a token on its way to a key."""

BAD = ["user = await session.get(User, user_id)"]

_MODELS = """
#= models.py
from uuid import UUID
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Device(Base):
    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(primary_key=True)
async def get_db():
    async with maker() as session:
        yield session
"""

FOUND = {
    "a parameter of the path without a type, and one that is a string": _MODELS
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from models import AsyncSession, User, get_db
app = FastAPI()
class Users:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def by_id(self, key):
        return await self.session.scalar(select(User).where(User.id == key))  # !
@app.get("/users/{user_id}")
async def read(user_id, session: AsyncSession = Depends(get_db)):
    return await Users(session).by_id(user_id)
@app.get("/named/{user_id}")
async def named(user_id: str, session: AsyncSession = Depends(get_db)):
    return await session.get(User, user_id)  # !
""",
    "a PyJWT that never checks it, with a string": _MODELS
    + """
#= requirements.txt
pyjwt==2.8.0
#= main.py
import jwt
from models import User, maker
def make(user: User) -> str:
    return jwt.encode({"sub": str(user.id)}, "k", algorithm="HS256")
async def current(token: str):
    payload = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        return await session.get(User, payload["sub"])  # !
""",
    "compared, by get, python-jose": _MODELS
    + """
#= main.py
from jose import jwt
from sqlalchemy import select
from models import User, maker
async def current(token: str):
    payload = jwt.decode(token, "k", algorithms=["HS256"], options={"require_exp": True})
    user_id: str = payload.get("sub")
    if user_id is None:
        raise PermissionError
    async with maker() as session:
        return await session.scalar(select(User).where(User.id == user_id))  # !
""",
    "claims from a function of another module": _MODELS
    + """
#= security.py
import jwt as pyjwt
def decode_token(token: str) -> dict:
    return pyjwt.decode(token, "k", algorithms=["HS256"])
#= main.py
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
import models
from security import decode_token
async def current(token: str, db: AsyncSession = Depends(models.get_db)):
    return await db.get(models.User, decode_token(token)["sub"])  # !
""",
    "a subject that a dependency returns": _MODELS
    + """
#= main.py
from typing import Annotated
import jwt
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from models import User, get_db
def get_subject(token: str) -> str:
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    subject: str = claims["sub"]
    return subject
async def current(subject: Annotated[str, Depends(get_subject)],
                  db: Annotated[AsyncSession, Depends(get_db)]):
    return await db.get(User, subject)  # !
""",
    "given to another function": _MODELS
    + """
#= users.py
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
async def user_by_id(session: AsyncSession, user_id):
    return (await session.execute(select(User).filter(User.id == user_id))).scalar_one()  # !
#= main.py
import jwt
from models import maker
from users import user_by_id
async def current(token: str):
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        return await user_by_id(session, claims["sub"])
""",
    "by keyword, in a method": _MODELS
    + """
#= main.py
from jwt import decode
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def of(self, token: str):
        sub = decode(token, "k", algorithms=["HS256"])["sub"]
        return await self.session.get(entity=User, ident=sub)  # !
""",
}

LOOK_ALIKES = {
    "a parameter that is converted, or an integer": _MODELS
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from models import AsyncSession, Device, User, get_db
app = FastAPI()
@app.get("/users/{user_id}")
async def read(user_id: str, session: AsyncSession = Depends(get_db)):
    found = select(User).where(User.id == user_id if user_id.isdigit() == 2 else User.id == 1)
    return await session.get(User, int(user_id)) or await session.scalar(found)
@app.get("/numbers/{user_id}")
async def number(user_id: int, session: AsyncSession = Depends(get_db)):
    return await session.get(User, user_id)
@app.get("/devices/{device_id}")
async def device(device_id: str, session: AsyncSession = Depends(get_db)):
    return await session.get(Device, device_id)
""",
    "the subject is not checked, so that it may be a number": _MODELS
    + """
#= main.py
import jwt
from models import User, maker
OPTIONS = {"verify_sub": False, "require": ["exp", "sub"]}
async def current(token: str):
    payload = jwt.decode(token, "k", algorithms=["HS256"], options=OPTIONS)
    async with maker() as session:
        return await session.get(User, payload["sub"])
""",
    "a PyJWT that never checks it, with a number": _MODELS
    + """
#= requirements.txt
pyjwt==2.8.0
#= main.py
import jwt
from models import User, maker
def make(user: User) -> str:
    return jwt.encode({"sub": user.id}, "k", algorithm="HS256")
async def current(token: str):
    payload = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        return await session.get(User, payload["sub"])
""",
    "MySQL, which converts": _MODELS.replace("postgresql+asyncpg", "mysql+aiomysql")
    + """
#= main.py
import jwt
from models import User, maker
async def current(token: str):
    payload = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        return await session.get(User, payload["sub"])
""",
    "converted": _MODELS
    + """
#= main.py
import jwt
from models import User, maker
async def current(token: str):
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        return await session.get(User, int(claims["sub"]))
""",
    "converted by the function that decodes": _MODELS
    + """
#= main.py
import jwt
from models import User, maker
def subject(token: str) -> int:
    return int(jwt.decode(token, "k", algorithms=["HS256"])["sub"])
async def current(token: str):
    async with maker() as session:
        return await session.get(User, subject(token))
""",
    "a key that is a string, another column": _MODELS
    + """
#= main.py
import jwt
from sqlalchemy import select
from models import Device, User, maker
async def current(token: str):
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        await session.scalar(select(User).where(User.name == claims["sub"]))
        return await session.get(Device, claims["sub"])
""",
    "a Pydantic model": _MODELS
    + """
#= main.py
import jwt
from pydantic import BaseModel
from models import User, maker
class Claims(BaseModel):
    sub: int
async def current(token: str):
    claims = Claims(**jwt.decode(token, "k", algorithms=["HS256"]))
    async with maker() as session:
        return await session.get(User, claims.sub)
""",
    "a synchronous session": """
import jwt
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
def current(token: str):
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    with Session(engine) as session:
        return session.get(User, claims["sub"])
""",
    "another dictionary, another claim": _MODELS
    + """
#= main.py
import jwt
from models import User, maker
async def current(token: str, body: dict):
    claims = jwt.decode(token, "k", algorithms=["HS256"])
    async with maker() as session:
        await session.get(User, body["sub"])
        return await session.get(User, claims["uid"])
""",
}
