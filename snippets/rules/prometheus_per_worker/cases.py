"""Metrics, and how many workers serve them."""

BAD = ["Instrumentator().instrument(app).expose(app, include_in_schema=False)"]

_METRICS = """
#= main.py
from fastapi import FastAPI
from prometheus_client import make_asgi_app
app = FastAPI()
app.mount("/metrics", make_asgi_app())  # !
"""
_FINE = _METRICS.replace("  # !", "")

FOUND = {
    "uvicorn.run in another module": _METRICS
    + """
#= run.py
import uvicorn
uvicorn.run("main:app", workers=4)
""",
    "a Dockerfile": _METRICS
    + """
#= Dockerfile
CMD ["uvicorn", "main:app", "--workers", "4"]
""",
    "gunicorn's file": _METRICS
    + """
#= gunicorn.conf.py
workers = 3
""",
    "as many as a setting says, generate_latest": """
import os
import prometheus_client as prom
import uvicorn
from fastapi import FastAPI, Response
app = FastAPI()
@app.get("/metrics")
def metrics():
    return Response(prom.generate_latest())  # !
uvicorn.run("main:app", workers=int(os.environ["WORKERS"]))
""",
    "the instrumentator, in two steps": """
import uvicorn
from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator as I
app = FastAPI()
instrumentator = I()  # !
instrumentator.instrument(app)
instrumentator.expose(app)
uvicorn.run("main:app", workers=2)
""",
    "gunicorn's file works out how many": _METRICS
    + """
#= gunicorn_conf.py
import multiprocessing
workers = multiprocessing.cpu_count() * 2 + 1
""",
    "a variable of the compose file": _METRICS
    + """
#= compose.yaml
services:
  api:
    command: uvicorn main:app
    environment:
      WEB_CONCURRENCY: 4
""",
    "a unit with a number of workers": _METRICS
    + """
#= deploy/shop.service
[Service]
Environment=LOG=info "DEBUG=0"
ExecStart=/srv/bin/uvicorn main:app \\
    --workers 3
""",
}

_OF_CONSUMERS = """
#= measures.py
from prometheus_client import Counter, start_http_server
messages = Counter("messages", "Messages")
def start_metrics_server(port: int):
    start_http_server(port)MARK
#= main.py
from fastapi import FastAPI
from measures import messages
app = FastAPI()
#= consumer.py
from measures import start_metrics_server
def main():
    start_metrics_server(8000)
if __name__ == "__main__":
    main()
#= compose.yaml
services:
  api:
    command: uvicorn main:app --workers 4
  consumer:
    command: python -m consumer
"""

FOUND["the server of metrics of a lifespan"] = (
    _OF_CONSUMERS.replace("MARK", "  # !")
    + """
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from measures import messages, start_metrics_server
@asynccontextmanager
async def lifespan(app):
    start_metrics_server(8000)
    yield
app = FastAPI(lifespan=lifespan)
"""
)

LOOK_ALIKES = {
    "the metrics of consumers of a queue": _OF_CONSUMERS.replace("MARK", ""),
}
LOOK_ALIKES |= {
    "a shared folder that the image sets": _FINE
    + """
#= Dockerfile
FROM python:3.13
ENV PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
CMD ["uvicorn", "main:app", "--workers", "4"]
""",
    "several workers of another service": _FINE
    + """
#= admin/wsgi.py
application = None
#= Dockerfile
FROM python:3.13
CMD ["gunicorn", "-w", "4", "admin.wsgi"]
""",
    "one worker": _FINE
    + """
#= run.py
import uvicorn
uvicorn.run("main:app")
""",
    "nobody says how many": _FINE,
    "a shared folder": _FINE
    + """
#= run.py
import os, uvicorn
os.environ["PROMETHEUS_MULTIPROC_DIR"] = "/tmp/metrics"
uvicorn.run("main:app", workers=4)
""",
    "the collector of several processes": """
import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry, generate_latest, multiprocess
app = FastAPI()
@app.get("/metrics")
def metrics():
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return Response(generate_latest(registry))
uvicorn.run("main:app", workers=4)
""",
    "no metrics": """
import uvicorn
from fastapi import FastAPI
app = FastAPI()
uvicorn.run("main:app", workers=4)
""",
    "only counted, not served": """
import uvicorn
from fastapi import FastAPI
from prometheus_client import Counter
app = FastAPI()
hits = Counter("hits", "Hits")
uvicorn.run("main:app", workers=4)
""",
    "gunicorn's file says one": _FINE
    + """
#= gunicorn.conf.py
bind = "0.0.0.0:8000"
workers = 1
""",
}
