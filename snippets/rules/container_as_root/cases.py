"""As whom an image runs its server."""

BAD = ["FROM python:3.13-slim"]

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

FOUND = {
    "a user in another stage": _APP
    + """
#= Dockerfile
FROM python:3.13 AS build
USER 1000
RUN pip install --user fastapi
FROM python:3.13-slim
# !
COPY --from=build /home /home
CMD ["uvicorn", "app.main:app"]
""",
    "root by name, back from another": _APP
    + """
#= docker/Containerfile
FROM docker.io/library/python:3.13
USER app
RUN pip install fastapi
USER root
# !
ENTRYPOINT ["gunicorn", "-k", "asgi", "app.main:app"]
""",
    "an argument with a default": _APP
    + """
#= Dockerfile
ARG VERSION=3.13
ARG BASE=python:${VERSION}-slim
FROM ${BASE}
ENV APP_USER=root
USER $APP_USER
# !
CMD uvicorn app.main:app
""",
    "a script starts the server": _APP
    + """
#= prod.Dockerfile
FROM ubuntu:24.04
# !
COPY entrypoint.sh .
ENTRYPOINT ["./entrypoint.sh"]
#= entrypoint.sh
#!/bin/bash
alembic upgrade head
exec fastapi run app/main.py
""",
    "tiangolo's image, uid 0": _APP
    + """
#= Dockerfile
FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11
USER 0:0
# !
COPY ./app /app
""",
    "a user by name, where Kubernetes checks": _APP
    + """
#= Dockerfile
FROM python:3.13
RUN useradd app
USER app
# !
CMD ["uvicorn", "app.main:app"]
#= k8s/deployment.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
      containers:
        - name: api
          image: shop:1
""",
    "a module that is run": """
#= shop/__main__.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
uvicorn.run(app, host="0.0.0.0")
#= Dockerfile
FROM python:3.13-alpine AS base
FROM base
# !
CMD ["python", "-m", "shop"]
""",
    "only the services of others have a user": _APP
    + """
#= api/Dockerfile
FROM python:3.13-slim
# !
CMD ["uvicorn", "app.main:app"]
#= compose.yaml
services:
  api:
    build: api
  db:
    image: postgres:17
    user: "999:999"
  cache:
    image: docker.io/bitnami/redis:7
    user: redis
    command: su-exec redis redis-server
#= k8s/database.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  template:
    spec:
      securityContext:
        runAsUser: 999
      containers:
      - name: db
        image: pgvector/pgvector:pg16
#= k8s/queue.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: queue
spec:
  template:
    spec:
      containers:
      - name: queue
        image: "rabbitmq:3-management"
        securityContext:
          runAsUser: 100
""",
}

FOUND |= {
    "what compose starts in an image without a command": _APP
    + """
#= Dockerfile
FROM python:3.13-slim
# !
WORKDIR /srv
COPY . .
#= compose.yml
services:
  api:
    build: .
    command: uvicorn app.main:app --host 0.0.0.0
""",
    "what Kubernetes starts, by a file": """
#= shop/main.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0")
#= Dockerfile
FROM python:3.13-slim
# !
WORKDIR /srv
COPY . .
#= k8s/api.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop
          command: [python, /srv/shop/main.py]
""",
    "a command that the project installs": """
#= pyproject.toml
[project]
name = "shop"
version = "1"
[project.scripts]
shop = "shop.cli:main"
#= shop/cli.py
import uvicorn
def main():
    uvicorn.run("shop.main:app", host="0.0.0.0")
#= shop/main.py
from fastapi import FastAPI
app = FastAPI()
#= Dockerfile
FROM python:3.13-slim
# !
CMD ["uv", "run", "--no-dev", "shop"]
#= other.Dockerfile
FROM python:3.13-slim
# !
ENTRYPOINT ["python"]
CMD ["-m", "shop.cli"]
""",
}

LOOK_ALIKES = {
    "what developers start in an image, and another command": _APP
    + """
#= Dockerfile
FROM python:3.13-slim
WORKDIR /srv
#= compose.yml
services:
  api:
    build: .
    command: uvicorn app.main:app --reload
    volumes: [".:/srv"]
#= worker/Dockerfile
FROM python:3.13-slim
#= worker/compose.yml
services:
  worker:
    build: .
    command: python -m worker
""",
    "OpenShift, which chooses a user of its own": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= openshift/backend.yaml
apiVersion: apps.openshift.io/v1
kind: DeploymentConfig
spec:
  template:
    spec:
      containers:
        - name: backend
          image: backend
""",
    "a number": _APP
    + """
#= Dockerfile
FROM python:3.13
USER 1000:1000
CMD ["uvicorn", "app.main:app"]
""",
    "a name, and nobody checks": _APP
    + """
#= Dockerfile
FROM python:3.13
USER app
CMD ["uvicorn", "app.main:app"]
""",
    "the user of an earlier stage, which this one is made from": _APP
    + """
#= Dockerfile
FROM python:3.13 AS base
USER nobody
FROM base AS final
CMD ["uvicorn", "app.main:app"]
""",
    "the entry point gives root up": _APP
    + """
#= Dockerfile
FROM python:3.13
RUN apt-get install -y gosu
ENTRYPOINT ["/entry.sh"]
CMD ["uvicorn", "app.main:app"]
#= entry.sh
chown -R app /data
exec gosu app "$@"
""",
    "compose says as whom": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= compose.yaml
services:
  api: {build: ., user: "1000:1000"}
""",
    "a name and runAsUser": _APP
    + """
#= Dockerfile
FROM python:3.13
USER app
CMD ["uvicorn", "app.main:app"]
#= pod.yaml
apiVersion: v1
kind: Pod
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 1000}
  containers: [{name: api, image: shop}]
""",
    "an image that may have a user of its own": _APP
    + """
#= Dockerfile
FROM registry.example/base/python:3.13
CMD ["uvicorn", "app.main:app"]
""",
    "for developers, and another service's": _APP
    + """
#= Dockerfile.dev
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= web/Dockerfile
FROM node:22
CMD ["npm", "start"]
""",
    "the service beside that of others has a user": _APP
    + """
#= one/Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= k8s/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      securityContext:
        runAsUser: 1000
      containers:
      - name: api
        image: registry.example/api
      - name: cache
        image: redis:7
""",
    "a part of a manifest, of nobody knows which service": _APP
    + """
#= one/Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= k8s/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      securityContext:
        runAsUser: 1000
      containers:
      - name: api
        env: []
""",
    "compose says as whom, of an image that is made elsewhere": _APP
    + """
#= one/Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= compose.yaml
services:
  api:
    image: registry.example/team/postgres-admin-api:1
    user: "1000"
""",
}
