"""Pools and workers, counted together."""

BAD = ["engine = create_async_engine("]

_ENGINE = """
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_size=20, max_overflow=10, pool_timeout=5)  # !
"""
_FINE = _ENGINE.replace("  # !", "")
_CONFIGURED = """
#= db.py
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=20)  # !
"""

FOUND = {
    "workers of the application that has the engine": _ENGINE
    + """
#= shop/main.py
from fastapi import FastAPI
import db
app = FastAPI()
#= admin/main.py
from fastapi import FastAPI
app = FastAPI()
#= both.py
import shop.main, admin.main
#= compose.yaml
services:
  shop:
    command: uvicorn shop.main:app --workers 8
  admin:
    command: uvicorn admin.main:app --workers 1
""",
    "PgBouncer, which another variable names": _CONFIGURED
    + """
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=8)
#= compose.yaml
services:
  api:
    command: python run.py
    environment:
      DATABASE_URL: postgresql+asyncpg://app@db:5432/app
      EXPORTER_URL: http://pgbouncer-exporter:9127
""",
    "a size that the environment may change": """
#= db.py
import os
from sqlalchemy.ext.asyncio import create_async_engine
options = {"pool_size": int(os.getenv("POOL", "40")), "max_overflow": 0}
engine = create_async_engine("postgresql+asyncpg://db/app", **options)  # !
#= main.py
from fastapi import FastAPI
import db
app = FastAPI()
#= Dockerfile
FROM python:3.12
CMD ["uvicorn", "main:app", "--workers", "4"]
""",
}
FOUND |= {
    "uvicorn.run in another module": _ENGINE
    + """
#= run.py
import uvicorn
import db
uvicorn.run("main:app", workers=4)
""",
    "the number under a name": """
#= main.py
from sqlalchemy.ext.asyncio import create_async_engine as make
from uvicorn import run
WORKERS = 8
engine = make("postgresql+asyncpg://db/app")  # !
def main() -> None:
    run("main:app", workers=WORKERS)
""",
    "gunicorn's file": _ENGINE
    + """
#= gunicorn.conf.py
bind = "0.0.0.0:8000"
workers = 4
""",
    "a Dockerfile": _ENGINE
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--workers", "4"]
""",
    "a shell script, and a synchronous engine": """
#= db.py
from sqlalchemy import create_engine
SIZE = 30
engine = create_engine("postgresql://db/app", pool_size=SIZE, max_overflow=20)  # !
#= start.sh
exec gunicorn -w 3 main:app
""",
    "uvicorn.Config": _ENGINE
    + """
#= serve.py
import uvicorn, db
config = uvicorn.Config("main:app", workers=5)
uvicorn.supervisors.Multiprocess(config, target=uvicorn.Server(config).run, sockets=[]).run()
""",
    "a manifest, and a number in a variable": _ENGINE
    + """
#= deploy.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: api
          args: [gunicorn, "main:app", -k, asgi]
          env:
            - {name: WEB_CONCURRENCY, value: "4"}
""",
    "a server that a compose file gives too little": _ENGINE
    + """
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=2)
#= compose.yaml
services:
  db:
    image: postgres:18
    command: postgres -c max_connections=20
""",
}

_TWO = """
#= shop/main.py
from fastapi import FastAPI
import db
app = FastAPI()
#= admin/main.py
from fastapi import FastAPI
app = FastAPI()
#= both.py
import shop.main, admin.main
"""
_PROXIED = (
    _CONFIGURED.replace("  # !", "")
    + """
#= main.py
from fastapi import FastAPI
import db
app = FastAPI()
#= compose.yaml
services:
  api:
    command: uvicorn main:app --workers 8
    environment:
      DATABASE_URL: postgresql+asyncpg://app@DATABASE:5432/app
"""
)

LOOK_ALIKES = {
    "workers of a module that is in no file, beside two applications": _FINE
    + _TWO
    + """
#= compose.yaml
services:
  gateway:
    command: uvicorn services.gateway.main:app --workers 8
  shop:
    command: uvicorn shop.main:app --workers 1
""",
    "workers of another application": _FINE
    + _TWO
    + """
#= compose.yaml
services:
  admin:
    command: uvicorn admin.main:app --workers 8
""",
    "PgBouncer by the host of a variable": _PROXIED.replace("DATABASE:5432", "pgbouncer-main:5432"),
    "the pooler of a host": _PROXIED.replace("DATABASE:5432", "aws-0.pooler.supabase.com:6543"),
    "PgCat by the host of the URL": """
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://app@pgcat/app", pool_size=20)
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=8)
""",
}
LOOK_ALIKES |= {
    "the engine of a command beside the service": """
#= Procfile
web: uvicorn pkg.app:app --workers 8
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
    "an engine of the branch for SQLite, of a URL that may be either": """
#= db.py
import os
from sqlalchemy import create_engine
def url() -> str:
    if os.environ.get("LOCAL"):
        return "sqlite:///local.db"
    return "postgresql://db/app"
def engine_of(database_url: str = ""):
    database_url = url()
    if database_url.startswith("sqlite"):
        return create_engine(database_url, connect_args={"check_same_thread": False})
#= start.sh
exec gunicorn -w 32 main:app
""",
    "uvicorn.Server, which serves alone whatever its Config says": _ENGINE
    + """
#= serve.py
import uvicorn, db
server = uvicorn.Server(uvicorn.Config("main:app", workers=5))
""",
    "workers of a start for developers": _FINE
    + """
#= scripts/dev.sh
uvicorn main:app --workers 4
""",
    "workers of a script that tries what production runs": _FINE
    + """
#= scripts/deployment/test-prod-backend.sh
gunicorn main:app --workers 4 --worker-class uvicorn_worker.UvicornWorker &
#= Procfile
web: uvicorn main:app --workers 1
""",
    "few enough": _FINE.replace("20", "5")
    + """
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=4)
""",
    "one worker": _FINE
    + """
#= run.py
import uvicorn, db
uvicorn.run("main:app")
""",
    "as many as a setting says": _FINE
    + """
#= run.py
import os, uvicorn, db
uvicorn.run("main:app", workers=int(os.environ["WEB_CONCURRENCY"]))
""",
    "no pool": """
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
engine = create_async_engine("postgresql+asyncpg://db/app", poolclass=NullPool)
uvicorn.run("main:app", workers=16)
""",
    "a size that is computed": """
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_size=80 // int(input()))
uvicorn.run("main:app", workers=16)
""",
    "SQLite": """
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///app.db")
uvicorn.run("main:app", workers=16)
""",
    "TiDB, which has the URL of MySQL and no such limit": """
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("mysql+aiomysql://app@gateway.tidbcloud.com:4000/app", pool_size=50)
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=16)
""",
    "TiDB, which a compose file runs": """
#= db.py
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(os.getenv("URL", "mysql+aiomysql://db/app"), pool_size=50)
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=16)
#= compose.yaml
services:
  db:
    image: pingcap/tidb:v8.5.0
""",
    "CockroachDB": """
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("cockroachdb+asyncpg://db/app", pool_size=50)
uvicorn.run("main:app", workers=16)
""",
    "a server that a compose file gives more": _FINE
    + """
#= run.py
import uvicorn, db
uvicorn.run("main:app", workers=16)
#= compose.yaml
services:
  db:
    image: postgres:18
    command: ["postgres", "-c", "max_connections=900"]
""",
    "another run": _FINE
    + """
#= run.py
import db
from jobs import run
run("main:app", workers=16)
""",
}
LOOK_ALIKES["a script asks whether the database is there, before the workers start"] = """
#= wait.py
from sqlalchemy import create_engine, text
def main():
    engine = create_engine("postgresql+psycopg://db/app")
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
if __name__ == "__main__":
    main()
#= main.py
import importlib
from fastapi import FastAPI
app = FastAPI()
for name in ("books", "users"):
    app.include_router(importlib.import_module(name).router)
#= start.sh
python wait.py
exec uvicorn main:app --workers 9
"""
