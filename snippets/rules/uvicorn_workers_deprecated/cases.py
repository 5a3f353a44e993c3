"""Worker classes of gunicorn."""

BAD = ['worker_class = "uvicorn.workers.UvicornWorker"']

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

FOUND = {
    "h11": """
#= gunicorn_conf.py
worker_class = "uvicorn.workers.UvicornH11Worker"  # !
""",
    "a command": """
import subprocess
import fastapi
subprocess.run(["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "main:app"])  # !
""",
    "options of an embedded gunicorn": """
from gunicorn.app.base import BaseApplication
OPTIONS = {
    "bind": "0.0.0.0:8000",
    "worker_class": "uvicorn.workers.UvicornWorker",  # !
}
class Application(BaseApplication): ...
""",
    "imported and inherited from": """
from uvicorn.workers import UvicornWorker as Base  # !
class Worker(Base):
    CONFIG_KWARGS = {"loop": "uvloop"}
""",
    "the module imported": """
import uvicorn.workers  # !
class Worker(uvicorn.workers.UvicornWorker): ...
""",
    "in a shell command": """
import os, fastapi
os.execlp("sh", "sh", "-c", "gunicorn -k uvicorn.workers.UvicornWorker main:app")  # !
""",
    "an image": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["gunicorn", "app.main:app", \\
     "--worker-class", "uvicorn.workers.UvicornWorker"]
# !
""",
    "a compose file's text and list": _APP
    + """
#= compose.yaml
services:
  api:
    command: gunicorn app.main:app -w 4 -k uvicorn.workers.UvicornH11Worker  # !
  other:
    command:
      - gunicorn
      - -k  # !
      - uvicorn.workers.UvicornWorker
      - app.main:app
""",
    "a script, a Procfile, a unit": _APP
    + """
#= start.sh
#!/bin/sh
set -e
exec poetry run gunicorn -k=uvicorn.workers.UvicornWorker "app.main:app"  # !
#= Procfile
web: gunicorn -kuvicorn.workers.UvicornWorker app.main:app  # !
#= shop.service
[Service]
ExecStart=/srv/venv/bin/gunicorn --bind :80 \\
    --worker-class uvicorn.workers.UvicornWorker app.main:app
# !
""".replace('UvicornWorker \\\\\n    "app', "UvicornWorker 'app.main:app' # !\n#\"app"),
    "a manifest, args of several lines": _APP
    + """
#= k8s/api.yml
apiVersion: v1
kind: Service
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: api
        command: ["sh", "-c"]
        args:
        - |
          alembic upgrade head
          exec gunicorn app.main:app -k uvicorn.workers.UvicornWorker  # !
""",
    "a default in a script": _APP
    + """
#= start.sh
export WORKER_CLASS=${WORKER_CLASS:-"uvicorn.workers.UvicornWorker"}
exec gunicorn -k "$WORKER_CLASS" app.main:app  # !
""",
    "a variable of an image": _APP
    + """
#= Dockerfile
FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11
ENV WORKER_CLASS="uvicorn.workers.UvicornWorker"
# !
COPY ./app /app
""",
}

LOOK_ALIKES = {
    "the package that replaces it, in an image": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["gunicorn", "app.main:app", "-k", "uvicorn_worker.UvicornWorker"]
""",
    "another service's image, a comment, what is installed": _APP
    + """
#= admin/wsgi.py
application = None
#= Dockerfile
FROM python:3.13
# CMD gunicorn app.main:app -k uvicorn.workers.UvicornWorker
RUN pip install gunicorn uvicorn
CMD ["gunicorn", "admin.wsgi:application"]
""",
    "gunicorn's own": """
#= gunicorn_conf.py
worker_class = "asgi"
""",
    "the package that replaces it": """
#= gunicorn_conf.py
worker_class = "uvicorn_worker.UvicornWorker"
""",
    "a docstring": """
def start():
    '''Not with uvicorn.workers.UvicornWorker, which is deprecated.'''
""",
    "another module of that ending": """
import fastapi
worker_class = "my_uvicorn.workers.UvicornWorker"
""",
    "workers of uvicorn": """
import uvicorn
uvicorn.run("main:app", workers=4)
""",
    "a comment": """
import uvicorn
# worker_class = "uvicorn.workers.UvicornWorker"
""",
}
