"""Who runs migrations, and how often at once."""

BAD = ['await asyncio.to_thread(command.upgrade, Config("alembic.ini"), "head")']

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

FOUND = {
    "compose, three replicas": _APP
    + """
#= compose.yaml
services:
  api:
    build: .
    command: sh -c "alembic upgrade head && exec uvicorn app.main:app"  # !
    deploy:
      replicas: 3
""",
    "a deployment, in its init container": _APP
    + """
#= k8s/api.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 2
  template:
    spec:
      initContainers:
        - name: migrate
          image: shop
          command: ["python", "-m", "alembic", "-c", "alembic.ini", "upgrade", "head"]  # !
      containers:
        - name: api
          image: shop
          command: ["uvicorn", "app.main:app"]
""",
    "the image's script, an autoscaler": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["./start.sh"]
#= start.sh
#!/bin/sh
set -e
poetry run alembic upgrade head  # !
exec uvicorn app.main:app
#= deploy.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec: {containers: [{name: shop, image: "shop:1", command: [./start.sh]}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec:
  minReplicas: 2
  scaleTargetRef: {kind: Deployment, name: shop}
""",
    "the image's command, a scaled service": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD alembic upgrade head && exec fastapi run app/main.py
# !
#= compose.yaml
services:
  api:
    build: .
    scale: 2
""",
    "the program in a subprocess, a function of the lifespan": """
#= app/migrate.py
import subprocess
def migrate() -> None:
    subprocess.run(["alembic", "upgrade", "head"], check=True)  # !
#= app/main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from app.migrate import migrate
@asynccontextmanager
async def lifespan(app):
    migrate()
    yield
app = FastAPI(lifespan=lifespan)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--workers", "4"]
""",
    "on_event, an alias, gunicorn's file": """
#= main.py
from alembic.command import upgrade as migrate
from alembic.config import Config
from fastapi import FastAPI
app = FastAPI()
@app.on_event("startup")
def start():
    migrate(Config("alembic.ini"), "head")  # !
#= gunicorn.conf.py
workers = 4
worker_class = "asgi"
""",
}

LOOK_ALIKES = {
    "one instance, workers below the script": _APP
    + """
#= start.sh
alembic upgrade head
exec gunicorn -k asgi -w 4 app.main:app
#= Dockerfile
FROM python:3.13
CMD ["./start.sh"]
""",
    "a job": _APP
    + """
#= k8s.yaml
apiVersion: batch/v1
kind: Job
spec:
  template:
    spec: {containers: [{name: migrate, command: [alembic, upgrade, head]}]}
---
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 3
  template:
    spec: {containers: [{name: api, command: [uvicorn, "app.main:app"]}]}
""",
    "a service of its own": _APP
    + """
#= compose.yaml
services:
  migrate:
    build: .
    command: alembic upgrade head
  api:
    build: .
    command: uvicorn app.main:app
    deploy: {replicas: 3}
""",
    "a lock in env.py": _APP
    + """
#= alembic.ini
[alembic]
script_location = %(here)s/migrations
#= migrations/env.py
from alembic import context
from sqlalchemy import text
def run(connection):
    connection.execute(text("SELECT pg_advisory_lock(1)"))
    context.run_migrations()
#= compose.yaml
services:
  api:
    command: sh -c "alembic upgrade head && exec uvicorn app.main:app"
    deploy: {replicas: 3}
""",
    "where a flag asks for it": _APP
    + """
#= compose.yaml
services:
  api:
    command: ./start.sh
    deploy: {replicas: 3}
#= start.sh
if [ "$MIGRATE" = 1 ]; then alembic upgrade head; fi
exec uvicorn app.main:app
""",
    "one worker": """
#= main.py
from contextlib import asynccontextmanager
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    command.upgrade(Config("alembic.ini"), "head")
    yield
app = FastAPI(lifespan=lifespan)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app", "--workers", "1"]
""",
    "a script of its own, and an upgrade of something else": """
#= migrate.py
from alembic import command
from alembic.config import Config
command.upgrade(Config("alembic.ini"), "head")
#= main.py
from fastapi import FastAPI
app = FastAPI()
@app.on_event("startup")
def start(pip=None):
    pip.upgrade("head")
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app", "--workers", "4"]
""",
}
