"""Engines that print parameters, and columns that are secret."""

BAD = ['engine = create_async_engine(os.environ["APP_DATABASE_URL"])']

_USER = """
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    hashed_password: Mapped[str]
"""

FOUND = {
    "beside one that is encrypted": """
#= db.py
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)  # !
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Provider(Base):
    __tablename__ = "providers"
    id: Mapped[int] = mapped_column(primary_key=True)
    api_key: Mapped[str]
    password: Mapped[str]
#= main.py
from db import engine
from models import Provider
from security import encrypt_data
def create(key: str, password: str):
    return Provider(api_key=encrypt_data(key), password=password)
""",
    "a model that another name imports": _USER
    + """
#= db.py
from sqlalchemy import create_engine
from models import User as Account
engine = create_engine("postgresql://db/app")  # !
def add(session, email: str):
    session.add(Account(email=email))
""",
    "the engine of the service, not that of its commands": _USER
    + """
#= app/cli.py
from sqlalchemy import create_engine
def connect(url: str):
    return create_engine(url)
#= app/database.py
import models
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app")  # !
""",
    "the engine of the service, not that of a script": _USER
    + """
#= convert.py
import asyncio
import models
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
async def convert():
    engine = create_async_engine("postgresql+asyncpg://tariffs/app")
    make = async_sessionmaker(engine)
    async with make() as session:
        await session.execute(text("TRUNCATE TABLE sections"))
if __name__ == "__main__":
    asyncio.run(convert())
#= db.py
import models
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")  # !
make_session = async_sessionmaker(engine)
""",
    "tables, and then the engine is kept": _USER
    + """
#= database.py
from models import Base
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
class Database:
    def open(self, url):
        engine = create_engine(url)  # !
        Base.metadata.create_all(bind=engine)
        self.engine = engine
        self.maker = sessionmaker(bind=engine)
""",
    "tables, and the engine is an attribute": _USER
    + """
#= database.py
from models import Base
from sqlalchemy import create_engine
class Database:
    def __init__(self, url):
        self.engine = create_engine(url)  # !
        Base.metadata.create_all(self.engine)
""",
    "tables, and the first row of one": _USER
    + """
#= tables.py
from models import Base, User
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
def start(url):
    own = create_engine(url)  # !
    Base.metadata.create_all(own)
    with Session(own) as session:
        session.add(User(hashed_password="x"))
        session.commit()
""",
    "the model in another module": _USER
    + """
#= db.py
import models
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")  # !
""",
    "a column in the old style": """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Client(Base):
    __tablename__ = "clients"
    id = sa.Column(sa.Integer, primary_key=True)
    api_key = sa.Column(sa.String(64), nullable=False)
engine = sa.create_engine("postgresql://db/app")  # !
""",
    "SQLModel": """
from sqlmodel import Field, SQLModel, create_engine
class UserBase(SQLModel):
    email: str = Field(unique=True)
class User(UserBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    hashed_password: str
engine = create_engine("postgresql+psycopg://db/app")  # !
""",
    "explicitly shown": _USER
    + """
#= db.py
import models
from sqlalchemy.ext.asyncio import create_async_engine as make
engine = make("postgresql+asyncpg://db/app", hide_parameters=False)  # !
""",
    "inherited from a mixin, an engine in a factory": """
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class HasPassword:
    password: Mapped[str | None] = mapped_column()
class User(HasPassword, Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
def make(url):
    return create_async_engine(url, echo=False)  # !
""",
    "a password beside a balance": """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    password: Mapped[str]
    balance: Mapped[int]
engine = create_engine("postgresql://db/app")  # !
""",
    "one engine hides, another is kept": _USER
    + """
#= database.py
import models
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app", hide_parameters=True)
reports = create_engine("postgresql://db/reports")  # !
""",
    "the engine on which the sessions are, not another before it": _USER
    + """
#= a_first.py
import os
from sqlalchemy import create_engine, text
reports = create_engine(os.environ["REPORTS_URL"])
def totals():
    with reports.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM sales")).scalar()
#= database.py
import os
import models
from a_first import totals
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
def make():
    return create_async_engine(os.environ["DATABASE_URL"])  # !
engine = make()
Session = async_sessionmaker(engine, expire_on_commit=False)
""",
    "sessions that are opened on it": _USER
    + """
#= a_first.py
import os
from sqlalchemy import create_engine
reports = create_engine(os.environ["REPORTS_URL"])
#= database.py
import os
import models
from a_first import reports
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
class Database:
    def __init__(self) -> None:
        self.engine = create_engine(os.environ["DATABASE_URL"])  # !
    def session(self):
        return Session(self.engine)
""",
    "a sessionmaker whose engine nobody can tell": _USER
    + """
#= database.py
import os
import models
from elsewhere import chosen
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine(os.environ["DATABASE_URL"])  # !
Session = sessionmaker(bind=chosen())
""",
    "a model that its own module writes, or a relationship names": """
#= keys.py
from models import Base
from sqlalchemy.orm import Mapped, mapped_column
class ApiKey(Base):
    __tablename__ = "keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    api_key: Mapped[str]
def make(key: str) -> ApiKey:
    return ApiKey(api_key=key)
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
#= database.py
import os
import keys
from models import Item
from sqlalchemy import create_engine
engine = create_engine(os.environ["DATABASE_URL"])  # !
""",
    "an engine that a class has for all": _USER
    + """
#= database.py
import os
import models
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker
class Database:
    def __init__(self) -> None:
        self._engine = create_async_engine(os.environ["URL"])  # !
        self._sessions = sessionmaker(self._engine, class_=AsyncSession)
    def session(self) -> AsyncSession:
        return self._sessions()
""",
}

LOOK_ALIKES = {
    "the engine of a command beside the service": """
#= pkg/app.py
from fastapi import FastAPI
from pkg.models import User
app = FastAPI()
@app.get("/")
def read():
    return {}
#= pkg/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
#= pkg/loader/db.py
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://db/app", pool_size=20, max_overflow=30)
#= pkg/loader/main.py
import typer
from pkg.loader.db import engine
from pkg.models import User
commands = typer.Typer()
@commands.command()
def load():
    with engine.begin() as connection:
        connection.execute(User.__table__.insert(), {})
""",
    "the hash of a token, from which nobody finds it": """
#= db.py
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Link(Base):
    __tablename__ = "links"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    hashed_api_key: Mapped[str]
#= main.py
from db import engine
from fastapi import FastAPI
from models import Link
app = FastAPI()
@app.get("/")
def read():
    with engine.connect() as connection:
        return Link
""",
    "an engine for one question, which no value goes into": _USER
    + """
#= revision.py
import models
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine
async def revision(url):
    own = create_async_engine(url)
    try:
        async with own.connect() as connection:
            return await connection.run_sync(
                lambda sync: MigrationContext.configure(sync).get_current_revision()
            )
    finally:
        await own.dispose()
""",
    "a token that is traded": """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Holding(Base):
    __tablename__ = "holdings"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
    price: Mapped[float]
engine = create_engine("postgresql://db/app")
""",
    "the service hides its own; others are for the data of customers": _USER
    + """
#= database.py
import models
from settings import settings
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app", hide_parameters=not settings.debug)
#= connectors.py
from sqlalchemy import create_engine
class MySQL:
    def client(self, url: str):
        return create_engine(url)
class Cloud:
    def client(self, connect):
        return create_engine("mysql+pymysql://", creator=connect)
class Mixin:
    def make(self, url: str, options: dict):
        engine = create_engine(url, connect_args=options)
        return engine
""",
    "secrets that are encrypted before they are stored": """
#= db.py
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)
#= models.py
from sqlalchemy import Boolean, Column, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...

class Provider(Base):
    __tablename__ = "providers"
    id: Mapped[int] = mapped_column(primary_key=True)
    api_key: Mapped[str]
    encrypted_token: Mapped[str]
    secret_enc: Mapped[str]
    password_ciphertext = Column(LargeBinary)
    token: Mapped[str]
    is_secret: Mapped[str]
#= main.py
from db import engine
from fastapi import FastAPI
from models import Provider
from security import box, encrypt_data
app = FastAPI()
@app.post("/")
def create(key: str, token: str):
    provider = Provider(api_key=encrypt_data(key))
    hidden = box.encrypt(token)
    provider.token = hidden
    return provider.id
""",
    "an engine that makes the tables, and no more": _USER
    + """
#= tables.py
import asyncio
from models import Base
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
async def create_tables(url):
    own = create_async_engine(url)
    async with own.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
def drop(url):
    Base.metadata.drop_all(create_engine(url))
if __name__ == "__main__":
    asyncio.run(create_tables("postgresql+asyncpg://db/app"))
""",
    "hidden": _USER
    + """
#= db.py
import models
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", hide_parameters=True)
""",
    "hidden but in development": _USER
    + """
#= db.py
import models, os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", hide_parameters="DEV" not in os.environ)
""",
    "no secret": """
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "a secret that is no text": """
from datetime import datetime
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Login(Base):
    __tablename__ = "logins"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_changed_at: Mapped[datetime]
    password_attempts: Mapped[int]
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "a schema with a password, no column": """
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import create_async_engine
class Login(BaseModel):
    password: str
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "a migration's engine": _USER
    + """
#= migrations/env.py
import models
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app")
""",
    "columns that are about a secret": """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Grant(Base):
    __tablename__ = "grants"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_owner: Mapped[str]
    token_issuer: Mapped[str]
    secret_name: Mapped[str]
    api_key_id: Mapped[str]
engine = create_engine("postgresql://db/app")
""",
    "an engine of a command line alone": _USER
    + """
#= shop/cli.py
import models
import typer
from sqlalchemy import create_engine
app = typer.Typer()
@app.command()
def export(url: str):
    engine = create_engine(url)
    with engine.connect() as connection:
        print(connection.execute("select 1"))
""",
    "an engine in a package of commands": _USER
    + """
#= shop/commandline/_users.py
import models
from sqlalchemy import create_engine
def connect(url: str):
    return create_engine(url)
""",
    "engines on which no session writes the models": _USER
    + """
#= warehouse.py
import os
from database import Session
from sqlalchemy import create_engine, text
REGION = os.getenv("REGION", "eu")
URL = "awsathena+rest://:@athena.{region}.amazonaws.com:443/{name}?s3_staging_dir={folder}"
athena = create_engine(URL.format(region=REGION, name="x", folder="y"))
reports = create_engine(os.environ["REPORTS_URL"])
snowflake = create_engine("snowflake://user@account/database")
def totals():
    with reports.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM sales")).scalar()
#= database.py
import os
from models import User
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine(os.environ["DATABASE_URL"], hide_parameters=True)
Session = sessionmaker(bind=engine)
""",
    "a database of another kind alone": _USER
    + """
#= warehouse.py
from sqlalchemy import create_engine
import models
engine = create_engine(f"bigquery://{models.PROJECT}")
other = create_engine("clickhouse+native://host/default")
third = create_engine("databricks://token@host")
duck = create_engine("duckdb:///file.db")
trino = create_engine(url="trino://user@host:8080/catalog")
""",
    "the only model with a secret is one that nobody uses": """
#= legacy.py
from models import Base
from sqlalchemy.orm import Mapped, mapped_column
class Association(Base):
    __tablename__ = "associations"
    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
#= database.py
import os
import legacy
from sqlalchemy import create_engine
engine = create_engine(os.environ["DATABASE_URL"])
#= main.py
from database import engine
from models import Item
from sqlalchemy.orm import Session
def add(name: str) -> None:
    with Session(engine) as session:
        session.add(Item(name=name))
""",
    "a model with a secret that is only imported, and read about": """
#= database.py
import os
from sqlalchemy import create_engine
engine = create_engine(os.environ["DATABASE_URL"])
#= models/__init__.py
from models.rows import Item, User
#= models/rows.py
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password: Mapped[str]
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user = relationship("User")
#= main.py
from database import engine
from models import Item
from sqlalchemy.orm import Session
def add(user_id: int) -> None:
    # User is a table of the other service: this one stores items alone.
    with Session(engine) as session:
        session.add(Item(user_id=user_id))
""",
    "an engine that a class has for its own rows": _USER
    + """
#= audit.py
import os
from models import Base
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Mapped, mapped_column, sessionmaker
class AuditLog(Base):
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
class AuditHandler:
    def __init__(self) -> None:
        self._engine = create_async_engine(os.environ["URL"])
        self._sessions = sessionmaker(self._engine, class_=AsyncSession)
    async def handle(self, action: str) -> None:
        async with self._sessions() as session:
            session.add(AuditLog(action=action))
            await session.commit()
#= main.py
from audit import AuditHandler
from models import User
def make(name: str) -> User:
    return User(hashed_password=name)
""",
}
