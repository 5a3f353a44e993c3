"""Starts, and the modules that they name."""

BAD = ['uvicorn.run("bad:application", port=int(os.environ["APP_PORT"]))']

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

FOUND = {
    "an image, an attribute": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:application", "--host", "0.0.0.0"]
# !
""",
    "compose, over an image": _APP
    + """
#= Dockerfile
FROM python:3.13
WORKDIR /srv
COPY . .
#= compose.yml
services:
  api:
    build: .
    command: uvicorn app.server:app  # !
  second:
    build: .
    command: ["gunicorn", "-k", "uvicorn_worker.UvicornWorker", "app.main:api"]  # !
""",
    "gunicorn, with a factory": _APP
    + """
#= Procfile
web: gunicorn -k uvicorn.workers.UvicornWorker "app.main:make_app()" # !
worker: python -m app.worker
""",
    "a factory": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD uvicorn --factory app.main:create_app --port 80
# !
""",
    "uvicorn.run, with a module that was renamed": """
#= shop/app.py
from fastapi import FastAPI
app = FastAPI()
#= shop/run.py
import uvicorn
if __name__ == "__main__":
    uvicorn.run("shop.main:app", reload=True)  # !
""",
    "hosting services, a path of fastapi run": _APP
    + """
#= render.yaml
services:
  - type: web
    startCommand: uvicorn app.main:api --port $PORT  # !
#= Procfile
web: fastapi run app/server.py # !
""",
    "a package whose module is missing, in Kubernetes": _APP
    + """
#= Dockerfile
FROM python:3.13
COPY . /srv
#= k8s/api.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop
          args: [hypercorn, "app.asgi:app"]  # !
""",
}

LOOK_ALIKES = {
    "where it is": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= app/__init__.py
#= run.py
import uvicorn
uvicorn.run("app.main:app", reload=True)
#= Procfile
web: fastapi run app/main.py
""",
    "below src, from another folder, with --app-dir": """
#= src/shop/main.py
from fastapi import FastAPI
def create_app():
    return FastAPI()
#= Dockerfile
FROM python:3.13
WORKDIR /srv/src/shop
ENV PYTHONPATH=/srv/src
CMD ["uvicorn", "--factory", "shop.main:create_app"]
#= Procfile
web: uvicorn main:create_app --factory --app-dir src/shop
#= other.Dockerfile
FROM python:3.13
COPY src/shop ./api
CMD ["uvicorn", "--factory", "api.main:create_app"]
""",
    "bound otherwise: imported, unpacked, by a star, set by another function, lazily": """
#= app/base.py
from fastapi import FastAPI
app, router = FastAPI(), None
#= app/main.py
from app.base import app as application
from app.base import *
def create():
    global late
    late = application
create()
#= app/lazy.py
def __getattr__(name):
    from app.base import app
    return app
#= app/named.py
from app.base import app
globals()["api"] = app
#= one.Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:application"]
#= two.Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:late"]
#= three.Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.lazy:anything"]
#= four.Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.named:api"]
#= five.Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.base:app"]
""",
    "a module that the image makes or gets": """
#= shop/app.py
from fastapi import FastAPI
app = FastAPI()
#= pyproject.toml
[project]
name = "shop"
version = "1"
dependencies = ["mlflow-server", "fastapi"]
#= one.Dockerfile
FROM python:3.13
RUN git clone https://github.com/example/other /srv
CMD ["uvicorn", "other.main:app"]
#= two.Dockerfile
FROM python:3.13
COPY shop/app.py main.py
CMD ["uvicorn", "main:app"]
#= three.Dockerfile
FROM registry.example/base:1
CMD ["uvicorn", "base.main:app"]
#= four.Dockerfile
FROM python:3.13
COPY --from=registry.example/other:1 /srv /srv
CMD ["uvicorn", "other.main:app"]
#= five.Dockerfile
FROM python:3.13
CMD ["uvicorn", "mlflow_server.server:app"]
""",
    "a service of others, an image of others, a script": _APP
    + """
#= compose.yml
services:
  other:
    image: registry.example/other
    command: uvicorn other.server:app
  mounted:
    build: .
    volumes: ["../other:/srv"]
    command: uvicorn other.server:app
#= Dockerfile
FROM python:3.13
#= start.sh
#!/bin/sh
cd /srv/other
exec uvicorn other.server:app
""",
    "Django and Flask beside it": _APP
    + """
#= Procfile
web: gunicorn shop.wsgi:application
admin: gunicorn app.main:flask_app
""",
    "a name from a variable, for developers": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD uvicorn $MODULE:app
#= compose.dev.yml
services:
  api:
    build: .
    command: uvicorn app.dev:app --reload
""",
}
