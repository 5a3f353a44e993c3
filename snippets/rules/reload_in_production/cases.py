"""Who starts a server that reloads."""

BAD = ['CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--workers", "2", "--reload"]']

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

_MOUNTED = (
    _APP
    + """
#= docker-compose.yml
services:
  api:
    build: .
    volumes:
      - .:/app
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload"]
"""
)
"""An image that reloads, and a compose file that mounts the source into it."""

FOUND = {
    "the file in the image's working folder": """
#= src/main.py
from fastapi import FastAPI
app = FastAPI()
#= probe/main.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run("main:app", reload=True)  # !
#= Dockerfile
FROM python:3.13
COPY . /srv
WORKDIR /srv/probe
CMD ["python", "main.py"]
""",
    "an image that Render runs, whatever compose mounts": _MOUNTED
    + """# !
#= render.yaml
services:
  - type: web
    env: docker
    dockerfilePath: ./Dockerfile
""",
    "an image that Fly runs": _MOUNTED
    + """# !
#= fly.toml
app = "shop"
[http_service]
internal_port = 8000
""",
    "an environment of production, and another image's source mounted": _APP
    + """
#= compose.yml
services:
  api:
    build: {context: ./web, dockerfile: Dockerfile}
    volumes:
      - .:/app
#= Dockerfile
FROM python:3.13
ENV APP_ENV=production DEBUG=0
RUN poetry install --only main
CMD ["uvicorn", "app.main:app", "--reload"]
# !
""",
    "shell form, behind a runner": _APP
    + """
#= Dockerfile
FROM python:3.13
RUN pip install uv
CMD uv run --no-dev uvicorn app.main:app --reload --port 80
# !
""",
    "fastapi dev, the entry point apart, several lines": _APP
    + """
#= docker/api.Dockerfile
FROM python:3.13 AS base
ENTRYPOINT ["fastapi"]
# !
FROM base
CMD [ \\
  "dev", \\
  "app/main.py" ]
""",
    "a compose file for production": _APP
    + """
#= docker-compose.prod.yml
services:
  api:
    build: .
    command: >
      gunicorn app.main:app
      -k asgi --reload  # !
""",
    "a compose service that is restarted, and has no source mounted": _APP
    + """
#= compose.yaml
x-api: &api
  restart: always
services:
  api:
    <<: *api
    build: .
    command: ["uvicorn", "app.main:app", "--reload"]  # !
    volumes:
      - uploads:/srv/uploads
""",
    "a script that the image runs": _APP
    + """
#= Dockerfile
FROM python:3.13
COPY start.sh /start.sh
CMD ["/start.sh"]
#= start.sh
#!/bin/sh
alembic upgrade head
exec uvicorn app.main:app --reload  # !
""",
    "a module that the image runs": """
#= app/main.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run("app.main:app", host="0.0.0.0", reload=True)  # !
#= Dockerfile
FROM python:3.13
CMD ["python", "-m", "app.main"]
""",
    "workers beside it": """
#= run.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
uvicorn.run("run:app", workers=4, reload=True)  # !
""",
    "a unit, a manifest, a Procfile": _APP
    + """
#= api.service
[Service]
Environment=UVICORN_RELOAD=true  # !
ExecStart=/srv/venv/bin/python -m uvicorn app.main:app
#= k8s.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: api
          command: [uvicorn]
          args: ["app.main:app", --reload]  # !
#= Procfile
web: uvicorn app.main:app --reload --port $PORT  # !
""",
    "in the branch of production": _APP
    + """
#= run.py
import uvicorn
from settings import settings
if settings.environment == "production":
    uvicorn.run("app.main:app", reload=True)  # !
#= Dockerfile
CMD ["python", "run.py"]
""",
}

_RUN = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
#= app/cli.py
import uvicorn
def main():
    uvicorn.run("app.main:app", reload=True)  # !
"""

FOUND |= {
    "Python, by a command that the project installs": _RUN
    + """
#= pyproject.toml
[project]
name = "shop"
version = "1"
[project.scripts]
shop = "app.cli:main"
#= Dockerfile
FROM python:3.13
CMD ["shop"]
""",
    "Python, by another file that calls it, in a script": _RUN
    + """
#= app/__main__.py
from app.cli import main
main()
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["./entry.sh"]
#= entry.sh
#!/bin/sh
alembic upgrade head
python -m app
""",
    "Python, by options over an entry point": _RUN.replace("def main():\n    ", "")
    + """
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["python"]
#= compose.prod.yml
services:
  api:
    build: .
    command: ["-m", "app.cli"]
""",
}

FOUND |= {
    "Python, by a command of typer": """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
#= app/cli.py
import typer
import uvicorn
commands = typer.Typer()
@commands.command()
def serve(port: int = 80):
    uvicorn.run("app.main:app", port=port, reload=True)  # !
commands()
#= Dockerfile
FROM python:3.13
CMD ["python", "-m", "app.cli", "serve", "--port", "80"]
""",
}

LOOK_ALIKES = {
    "another file of the name, in the image's working folder": """
#= src/items.py
from fastapi import APIRouter
router = APIRouter()
#= src/main.py
import uvicorn
from fastapi import FastAPI
from src.items import router
app = FastAPI()
app.include_router(router)
if __name__ == "__main__":
    uvicorn.run("src.main:app", reload=True)
#= probe/main.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run(app)
#= Dockerfile.probe
FROM python:3.13
COPY . /srv
WORKDIR /srv/probe
CMD ["python", "main.py"]
""",
    "Python, a server that no reloader supervises": """
import asyncio
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    config = uvicorn.Config("main:app", host="0.0.0.0", reload=True, workers=4)
    asyncio.run(uvicorn.Server(config).serve())
#= Dockerfile
FROM python:3.13
CMD ["python", "main.py"]
""",
    "Python, by another command of click than the image runs": """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
#= app/cli.py
import click
import uvicorn
@click.group()
def main(): ...
@main.command("develop")
def run_server():
    uvicorn.run("app.main:app", reload=True)
main.add_command(uvicorn.main, name="start")
#= pyproject.toml
[project]
name = "shop"
version = "1"
[project.scripts]
shop = "app.cli:main"
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["shop"]
CMD ["server", "start", "app.main:app"]
""",
    "Python, by a script that no image runs": _RUN.replace("  # !", "")
    + """
#= start.sh
#!/bin/sh
python -m app.cli
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
""",
    "an image for developers of what AWS Lambda runs": """
#= app/main.py
from fastapi import FastAPI
from mangum import Mangum
app = FastAPI()
handler = Mangum(app)
#= Dockerfile
FROM python:3.13
CMD uvicorn app.main:app --reload
""",
    "a compose service that says that it is for developers": _APP
    + """
#= compose.yml
services:
  api:
    build: .
    restart: unless-stopped
    environment:
      ENVIRONMENT: local
    command: uvicorn app.main:app --reload
""",
    "an image that compose builds for a mounted source": _APP
    + """
#= docker-compose.yml
services:
  api:
    build: .
    ports: ["8000:8000"]
    volumes:
      - .:/app
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload"]
""",
    "an image with the tools of developers": _APP
    + """
#= Dockerfile
FROM python:3.13
RUN poetry install --with dev
CMD ["uvicorn", "app.main:app", "--reload"]
""",
    "an image whose environment is that of developers": _APP
    + """
#= Dockerfile
FROM python:3.13
ENV APP_ENV=development
CMD ["uvicorn", "app.main:app", "--reload"]
""",
    "for developers, by their names": _APP
    + """
#= Dockerfile.dev
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload"]
#= compose.override.yml
services: {api: {command: uvicorn app.main:app --reload, restart: always}}
#= scripts/dev.sh
uvicorn app.main:app --reload
#= .devcontainer/docker-compose.yml
services: {api: {command: fastapi dev, deploy: {replicas: 1}}}
""",
    "a plain compose file, the source mounted": _APP
    + """
#= docker-compose.yml
services:
  api:
    build: .
    restart: unless-stopped
    command: uvicorn app.main:app --reload
    volumes:
      - ./app:/srv/app
  again:
    command: uvicorn app.main:app --reload
""",
    "another stage is the last": _APP
    + """
#= Dockerfile
FROM python:3.13 AS base
FROM base AS dev
CMD ["fastapi", "dev"]
FROM base
CMD ["fastapi", "run"]
""",
    "the last stage is for developers": _APP
    + """
#= Dockerfile
FROM python:3.13 AS production
CMD ["fastapi", "run"]
FROM production AS development
CMD ["fastapi", "dev"]
""",
    "a branch of a script": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["./start.sh"]
#= start.sh
if [ "$APP_ENV" = dev ]; then
  exec uvicorn app.main:app --reload
fi
[ -n "$RELOAD" ] && exec uvicorn app.main:app --reload
exec uvicorn app.main:app
""",
    "a module that a developer runs, and what a setting says": """
#= main.py
import uvicorn
from fastapi import FastAPI
from config import settings
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run("main:app", reload=True)
#= serve.py
import uvicorn
from main import settings
uvicorn.run("main:app", reload=settings.debug, workers=4)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app"]
""",
    "an image for production beside it": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload"]
#= Dockerfile.prod
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
""",
    "another server's reload": _APP
    + """
#= site/wsgi.py
application = None
#= Dockerfile
FROM python:3.13
CMD ["gunicorn", "site.wsgi", "--reload"]
""",
    "in the branch of developers": _APP
    + """
#= run.py
import uvicorn
from settings import settings
if settings.environment == "production":
    uvicorn.run("app.main:app", workers=1, reload=False)
else:
    uvicorn.run("app.main:app", reload=True)
if settings.env == "local":
    uvicorn.run("app.main:app", reload=True)
#= Dockerfile
CMD ["python", "run.py"]
""",
    "Render starts the image with another command": _MOUNTED
    + """#= render.yaml
services:
  - type: web
    runtime: docker
    dockerCommand: uvicorn app.main:app --host 0.0.0.0
""",
    "Render builds no image": _MOUNTED
    + """#= render.yaml
services:
  - type: web
    runtime: python
    startCommand: uvicorn app.main:app
""",
    "Fly starts another command": _MOUNTED
    + """#= fly.toml
app = "shop"
[processes]
app = "uvicorn app.main:app"
""",
}
