"""Whom a server believes about addresses."""

BAD = ['config = uvicorn.Config(app, port=port, forwarded_allow_ips="*")']

_APP = """
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
"""

_LIMITED = """
#= app/rate_limit.py
from fastapi import APIRouter, Depends, HTTPException, Request
from app.counters import count
router = APIRouter()
def address_of(request: Request) -> str:
    forwarded = request.headers.get("X-Forwarded-For")
    if forwarded:
        return forwarded.split(",")[0].strip()  # !
    return request.client.host
async def slow_down(request: Request) -> None:
    if await count(address_of(request)) > 5:
        raise HTTPException(429)
@router.post("/login", dependencies=[Depends(slow_down)])
async def login() -> None: ...
#= app/main.py
from fastapi import FastAPI
from app.rate_limit import router
app = FastAPI()
app.include_router(router)
"""

_QUIET = _LIMITED.replace("  # !", "")

FOUND = {
    "a unit runs the file, behind a proxy of the machine": """
#= main.py
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", forwarded_allow_ips="*")  # !
#= shop.service
[Service]
ExecStart=/opt/shop/bin/python main.py
""",
    "the first entry is what a limit counts by": _LIMITED,
    "nginx appends to what the client wrote": _LIMITED
    + """
#= deploy/nginx.conf
location / {
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_pass http://api:8000;
}
""",
    "for the limiter of another module": """
#= app/utils.py
def client(request):
    if "x-forwarded-for" in request.headers:
        entries = (request.headers["x-forwarded-for"] or "").split(",")
        return entries[0]  # !
    return request.client.host
#= app/limits.py
from app.utils import client
class LoginLimiter:
    def key(self, request):
        return "login:" + client(request)
#= app/main.py
from fastapi import FastAPI, Request
from app.limits import LoginLimiter
app = FastAPI()
@app.post("/login")
async def login(request: Request) -> str:
    return LoginLimiter().key(request)
""",
    "an allow-list, in an endpoint and a dependency": """
from fastapi import Depends, FastAPI, HTTPException, Request, status
app = FastAPI()
ALLOWED = {"10.0.0.7"}
def get_address(request: Request) -> str:
    return request.client.host if request.client else ""
def internal_only(request: Request) -> None:
    host = get_address(request)
    if host not in ALLOWED:  # !
        raise HTTPException(status_code=status.HTTP_403_FORBIDDEN)
@app.get("/internal", dependencies=[Depends(internal_only)])
async def internal() -> str:
    return "ok"
@app.get("/metrics")
async def metrics(request: Request) -> str:
    if request.client.host == "127.0.0.1":  # !
        return "metrics"
    raise HTTPException(404)
""",
    "networks, in middleware": """
import ipaddress
from fastapi import FastAPI
from fastapi.responses import JSONResponse
NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
app = FastAPI()
@app.middleware("http")
async def check(request, call_next):
    address = ipaddress.ip_address(request.client.host)
    if not any(address in network for network in NETWORKS):  # !
        return JSONResponse({"detail": "not from here"}, status_code=403)
    return await call_next(request)
""",
    "uvicorn.run under another name": """
from uvicorn import run as serve
serve("main:app", proxy_headers=True, forwarded_allow_ips="*")  # !
""",
    "the value in another module": """
#= config.py
TRUSTED = "*"
#= run.py
import uvicorn
from config import TRUSTED
uvicorn.run("main:app", forwarded_allow_ips=TRUSTED)  # !
""",
    "a list": """
import uvicorn
def main():
    uvicorn.run("main:app", forwarded_allow_ips=["10.0.0.1", "*"])  # !
""",
    "gunicorn's file": """
#= gunicorn.conf.py
bind = "0.0.0.0:8000"
forwarded_allow_ips = "*"  # !
""",
    "the middleware": """
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
app = FastAPI()
app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="*")  # !
""",
    "the middleware, wrapped around": """
import uvicorn.middleware.proxy_headers as proxy
from fastapi import FastAPI
app = FastAPI()
wrapped = proxy.ProxyHeadersMiddleware(app, trusted_hosts=["*"])  # !
""",
    "an image, in a shell": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD uvicorn app.main:app --proxy-headers --forwarded-allow-ips='*'
# !
""",
    "a compose file's variable": _APP
    + """
#= docker-compose.prod.yml
services:
  api:
    command: fastapi run app/main.py
    environment:
      - FORWARDED_ALLOW_IPS=*  # !
""",
    "an image that reloads": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload", "--forwarded-allow-ips=*"]
# !
""",
    "a script with a default": _APP
    + """
#= entrypoint.sh
#!/bin/bash
if [ "$1" = migrate ]; then alembic upgrade head; exit; fi
exec uvicorn app.main:app --forwarded-allow-ips "${ALLOWED:-*}" --port $PORT # !
""",
    "uv run, python -m, in a list of flow": _APP
    + """
#= compose.yml
services: {api: {command: [uv, run, --no-dev, python, -m, uvicorn, "app.main:app",
  --forwarded-allow-ips, "*"]}}  # !
""",
    "a variable of an image of uvicorn's": _APP
    + """
#= Dockerfile
FROM python:3.13 AS base
ENV UVICORN_FORWARDED_ALLOW_IPS=*
# !
FROM base
ENTRYPOINT ["uvicorn"]
CMD ["app.main:app", "--host", "0.0.0.0"]
""",
    "supervisor": _APP
    + """
#= supervisord.conf
[program:api]
command=/venv/bin/gunicorn app.main:app -k asgi --forwarded-allow-ips="*"
# !
""",
}

FOUND |= {
    "compose, over an image: environment, a file, options of its entry point": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= one.compose.yml
services:
  api:
    build: .
    environment:
      FORWARDED_ALLOW_IPS: "*"  # !
#= deploy/docker/api.Dockerfile
FROM python:3.13
ENTRYPOINT ["uvicorn", "app.main:app"]
#= deploy/compose.yaml
services:
  api:
    build: {context: .., dockerfile: deploy/docker/api.Dockerfile}
    command: ["--port", "80", "--forwarded-allow-ips", "*"]  # !
""",
    "compose, a file with variables": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["gunicorn", "app.main:app", "-k", "uvicorn_worker.UvicornWorker"]
#= compose.yml
services:
  api:
    build: {context: .}
    env_file:
      - path: api.env
#= api.env
FORWARDED_ALLOW_IPS=*
# !
""",
    "Kubernetes, over an image: args, env, a ConfigMap": _APP
    + """
#= Dockerfile
FROM python:3.13
ENTRYPOINT ["uvicorn", "app.main:app"]
#= k8s/api.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop
          args:
            - --forwarded-allow-ips=*  # !
""",
    "Kubernetes, a ConfigMap": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= k8s/api.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop
          envFrom:
            - configMapRef: {name: api}
        - name: cache
          image: redis:7
---
apiVersion: v1
kind: ConfigMap
metadata: {name: api}
data:
  FORWARDED_ALLOW_IPS: "*"  # !
""",
    "variables in scripts, a Procfile, supervisor": _APP
    + """
#= start.sh
#!/bin/sh
export FORWARDED_ALLOW_IPS='*' # !
exec uvicorn app.main:app
#= run.sh
FORWARDED_ALLOW_IPS=* PORT=80 exec uvicorn app.main:app # !
#= Procfile
web: FORWARDED_ALLOW_IPS='*' uvicorn app.main:app --port $PORT # !
#= supervisord.conf
[program:worker]
command=celery worker
environment=FORWARDED_ALLOW_IPS="*"
[program:api]
command=uvicorn app.main:app
environment=PORT="80",FORWARDED_ALLOW_IPS="*"
# !
""",
    "hosting services": _APP
    + """
#= render.yaml
services:
  - type: web
    startCommand: uvicorn app.main:app --forwarded-allow-ips='*'  # !
#= fly.toml
app = "shop"
[processes]
  web = "uvicorn app.main:app --forwarded-allow-ips '*'" # !
#= app.yaml
runtime: python313
entrypoint: gunicorn app.main:app -k uvicorn.workers.UvicornWorker
env_variables:
  FORWARDED_ALLOW_IPS: "*"  # !
#= railway.toml
[deploy]
startCommand = "uvicorn app.main:app --forwarded-allow-ips=*" # !
""",
    "quotes that no shell takes off": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--forwarded-allow-ips='*'"]
# !
#= compose.yml
services:
  api:
    image: shop
    command:
      - uvicorn
      - app.main:app
      - --forwarded-allow-ips='*'  # !
  other:
    image: shop
    command: uvicorn app.main:app
    environment:
      - FORWARDED_ALLOW_IPS="*"  # !
""",
    "defaults, in Python and gunicorn's file": _APP
    + """
#= run.py
import os, uvicorn
uvicorn.run("app.main:app", forwarded_allow_ips=os.getenv("PROXIES", "*"))  # !
#= gunicorn.conf.py
import os
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "*")  # !
""",
    "an image that runs a file, with a variable": _APP
    + """
#= run.py
import uvicorn
uvicorn.run("app.main:app", reload=True)
#= Dockerfile
FROM python:3.13
ENV FORWARDED_ALLOW_IPS=*
# !
CMD ["uv", "run", "/srv/run.py"]
""",
    "Caddy, and a port of the service itself": _APP
    + """
#= compose.yml
services:
  web:
    image: caddy:2-alpine
  api:
    build: .
    command: uvicorn app.main:app --forwarded-allow-ips="*"  # !
    ports: ["8000:8000"]
""",
    "Traefik that trusts what a client claims": _APP
    + """
#= compose.yml
services:
  edge:
    image: traefik:3
    command: --entrypoints.web.forwardedHeaders.insecure=true
  api:
    build: .
    command: uvicorn app.main:app --forwarded-allow-ips="*"  # !
""",
    "nginx, which appends": _APP
    + """
#= compose.yml
services:
  edge:
    image: nginx:1
    ports: ["80:80"]
  api:
    build: .
    command: uvicorn app.main:app --forwarded-allow-ips="*"  # !
""",
}

LOOK_ALIKES = {
    "somebody runs the file, and only the same machine reaches it": """
import uvicorn
from fastapi import FastAPI
app = FastAPI()
if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", forwarded_allow_ips="*")
""",
    "Caddy is the only way in, and replaces the header": _APP
    + """
#= deploy/compose.yml
services:
  web:
    image: caddy:2-alpine
    ports: ["443:443"]
  api:
    build: ..
    command: uvicorn app.main:app --proxy-headers --forwarded-allow-ips="*"
    expose: ["8000"]
""",
    "Traefik is the only way in": _APP
    + """
#= compose.yaml
services:
  api:
    build: .
    command: ["uvicorn", "app.main:app", "--forwarded-allow-ips", "*"]
    labels: ["traefik.enable=true"]
  edge:
    image: docker.io/library/traefik:v3.1
    ports: ["443:443"]
""",
    "a variable of another service, of a worker, or only for compose itself": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app"]
#= .env
FORWARDED_ALLOW_IPS=*
#= compose.yml
services:
  api:
    build: .
  worker:
    build: .
    command: celery worker
    environment: {FORWARDED_ALLOW_IPS: "*"}
  proxy:
    image: traefik:3
    environment: {FORWARDED_ALLOW_IPS: "*"}
""",
    "a variable that is set after the start, or not exported": _APP
    + """
#= start.sh
#!/bin/sh
FORWARDED_ALLOW_IPS=*
uvicorn app.main:app
export FORWARDED_ALLOW_IPS=*
""",
    "an address, over an image that trusts all": _APP
    + """
#= run.py
import os, uvicorn
uvicorn.run("app.main:app", forwarded_allow_ips=os.getenv("PROXIES", "10.0.0.1"))
#= render.yaml
services:
  - type: web
    startCommand: uvicorn app.main:app --forwarded-allow-ips=10.0.0.1
""",
    "a list that names nobody": """
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
app = FastAPI()
@app.middleware("http")
async def block(request: Request, call_next):
    host = request.client.host
    if host in []:
        return JSONResponse({}, status_code=403)
    if request.client.host in ():
        raise HTTPException(403)
    return await call_next(request)
""",
    "an address that is counted, logged or compared with another": """
from fastapi import FastAPI, HTTPException, Request
app = FastAPI()
counts: dict[str, int] = {}
LOCAL = {"127.0.0.1"}
@app.get("/")
async def home(request: Request) -> str:
    host = request.client.host
    if host in counts and counts[host] > 5:
        raise HTTPException(429)
    if host in LOCAL:
        print("from here")
    return "ok"
@app.get("/other")
async def other(host: str, request: Request) -> str:
    if host not in LOCAL:
        raise HTTPException(403)
    return request.client.host
""",
    "an allow-list where the server knows its proxy": """
import uvicorn
from fastapi import FastAPI, HTTPException, Request
app = FastAPI()
@app.get("/internal")
async def internal(request: Request) -> str:
    if request.client.host not in {"10.0.0.7"}:
        raise HTTPException(403)
    return "ok"
if __name__ == "__main__":
    uvicorn.run(app, forwarded_allow_ips="10.0.0.1")
""",
    "a network, in an image": _APP
    + """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--forwarded-allow-ips", "10.0.0.0/8"]
""",
    "while developing": _APP
    + """
#= compose.dev.yml
services:
  api:
    command: uvicorn app.main:app --forwarded-allow-ips=*
#= Dockerfile.dev
FROM python:3.13
CMD ["uvicorn", "app.main:app", "--reload", "--forwarded-allow-ips=*"]
""",
    "a variable that is left open": _APP
    + """
#= start.sh
exec uvicorn app.main:app --forwarded-allow-ips "$ALLOWED"
""",
    "an address": """
import uvicorn
uvicorn.run("main:app", forwarded_allow_ips="10.0.0.1")
""",
    "the environment's": """
import os, uvicorn
uvicorn.run("main:app", forwarded_allow_ips=os.environ["PROXY"])
""",
    "not given": """
import uvicorn
uvicorn.run("main:app", proxy_headers=True)
""",
    "gunicorn's file with an address": """
#= gunicorn.conf.py
forwarded_allow_ips = "10.0.0.1"
""",
    "another variable of that name": """
import fastapi
forwarded_allow_ips = "*"
""",
    "CORS": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
""",
    "the first entry, for the log alone": _QUIET.replace("rate_limit", "access").replace(
        "slow_down", "note"
    ),
    "the last entry is the proxy's": _QUIET.replace("[0]", "[-1]"),
    "only a proxy that is trusted": _QUIET.replace(
        "if forwarded:", "if forwarded and request.client.host in TRUSTED_PROXIES:"
    ),
    "who calls says whether to believe it": _QUIET.replace(
        "address_of(request: Request)", "address_of(request: Request, trusts_header: bool = False)"
    ),
    "Caddy replaces the header": _QUIET
    + """
#= compose.yml
services:
  web:
    image: caddy:2
  api:
    build: .
    command: uvicorn app.main:app
""",
    "an Ingress of nginx replaces it": _QUIET
    + """
#= k8s/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
spec:
  ingressClassName: nginx
""",
    "nginx is told to replace it": _QUIET
    + """
#= deploy/nginx.conf
location / {
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_pass http://api:8000;
}
""",
}
