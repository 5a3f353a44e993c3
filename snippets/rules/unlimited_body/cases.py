"""Bodies, and who limits them."""

BAD = ["app = FastAPI()"]

_NOTES = """
#= notes.py
from fastapi import APIRouter
from pydantic import BaseModel
class Note(BaseModel):
    text: str
router = APIRouter()
@router.post("/notes")
async def create(note: Note): ...
"""
_CORS = """
#= cors.py
from fastapi.middleware.cors import CORSMiddleware
def add_cors(app):
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
"""

FOUND = {
    "a router of a router": """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from orders import router
app = FastAPI()  # !
app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"])
app.include_router(router)
other = FastAPI()
other.include_router(router)
#= orders.py
from fastapi import APIRouter, Body
inner = APIRouter()
@inner.post("/orders")
def create(order: dict = Body()):
    return order
router = APIRouter()
router.include_router(inner)
""",
    "an Ingress of nginx that takes all": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
app = FastAPI()  # !
app.include_router(router)
add_cors(app)
#= kube/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: "0"
""",
    "an option that says how much is logged": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
from starlette.middleware.base import BaseHTTPMiddleware
MAX_BODY_LOGGED = 1024
class Log(BaseHTTPMiddleware):
    def __init__(self, app, max_body_length: int = MAX_BODY_LOGGED):
        super().__init__(app)
        self.max_body_length = max_body_length
    async def dispatch(self, request, call_next):
        print((await request.body())[: self.max_body_length])
        return await call_next(request)
class Note(BaseModel):
    text: str
app = FastAPI()  # !
app.add_middleware(Log, max_body_length=MAX_BODY_LOGGED)
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.post("/notes")
async def add(note: Note) -> Note:
    return note
""",
    "options in a dictionary": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
class Note(BaseModel):
    text: str
def get_options() -> dict:
    return {"title": "Notes", "docs_url": None}
app = FastAPI(**get_options())  # !
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.post("/notes")
async def add(note: Note) -> Note:
    return note
""",
    "a router and CORS of other modules": _NOTES
    + _CORS
    + """
#= main.py
import fastapi
from cors import add_cors
from notes import router
app = fastapi.FastAPI(title="Notes")  # !
app.include_router(router)
add_cors(app)
""",
    "a factory, an upload": """
from fastapi import FastAPI, UploadFile
from fastapi.middleware.cors import CORSMiddleware
def create_app():
    app = FastAPI()  # !
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    @app.post("/files")
    async def upload(file: UploadFile): ...
    return app
""",
    "a form, Annotated": """
from typing import Annotated
from fastapi import FastAPI, Form
from starlette.middleware.cors import CORSMiddleware as Cors
app = FastAPI()  # !
app.add_middleware(Cors, allow_origins=["*"])
@app.put("/name")
def rename(name: Annotated[str, Form()]): ...
""",
    "a body by default": """
import fastapi as fa
from fastapi.middleware.cors import CORSMiddleware
app = fa.FastAPI()  # !
app.add_middleware(CORSMiddleware, allow_origins=["*"])
@app.patch("/items")
def change(data: dict = fa.Body(...)): ...
""",
    "limited on the application": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
app = FastAPI(max_body_size=1_000_000)  # !
app.include_router(router)
add_cors(app)
""",
    "a header's name in a list is no limit": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
HOP = ["host", "content-length"]
app = FastAPI()  # !
app.include_router(router)
add_cors(app)
""",
    "a body that the endpoint reads itself, beside an application without CORS": _CORS
    + """
#= login.py
from fastapi import FastAPI, Form
app = FastAPI()
@app.post("/token")
def login(name: str = Form()): ...
#= main.py
from fastapi import FastAPI, Request
from cors import add_cors
app = FastAPI()  # !
add_cors(app)
@app.post("/visits")
async def visits(req: Request):
    return await req.json()
""",
    "two services in one program": """
#= common/cors.py
from fastapi.middleware.cors import CORSMiddleware
def add_cors(app):
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
#= orders/main.py
from fastapi import FastAPI, Form
from common.cors import add_cors
app = FastAPI()  # !
add_cors(app)
@app.post("/orders")
def create(name: str = Form()): ...
#= prices/main.py
from fastapi import FastAPI
from common.cors import add_cors
app = FastAPI()
add_cors(app)
@app.get("/prices")
def read(): ...
""",
    "middleware listed by a function": _NOTES
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from notes import router
def make_middleware() -> list[Middleware]:
    middleware = [Middleware(CORSMiddleware, allow_origins=["*"])]
    return middleware
def create_app():
    app = FastAPI(middleware=make_middleware())  # !
    app.include_router(router)
    return app
""",
    "nginx that takes all, nginx for files alone, Caddy without a limit": """
#= a/nginx.conf
server {
  client_max_body_size 0;
  location / { proxy_pass http://api; }
}
#= regtest/nginx/default.conf
server { location / { proxy_pass http://other; } }
#= b/site.conf
server {
  # proxy_pass http://old;
  location / { root /www; }
}
#= Caddyfile
example.com {
  reverse_proxy api:8000
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()  # !
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx in a script that takes all, and files that only speak of it": """
#= deploy/setup.sh
#!/bin/bash
cat > /etc/nginx/sites-available/api <<'EOF'
server {
    client_max_body_size 0;
    location / { proxy_pass http://127.0.0.1:8000; }
}
EOF
# location / { proxy_pass http://127.0.0.1:8000; }
grep -q proxy_pass /etc/nginx/sites-available/api
#= infra/main.tf
variable "proxy_pass" {
  default = "http://127.0.0.1:8000"
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()  # !
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
}

LOOK_ALIKES = {
    "a router that another application includes": """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from orders import internal, router
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"])
app.include_router(router)
worker = FastAPI()
outer = internal
worker.include_router(outer)
#= orders.py
from fastapi import APIRouter, Body
router = APIRouter()
internal = APIRouter()
inner = APIRouter()
internal.include_router(inner)
@router.get("/orders")
def read():
    return []
@inner.post("/orders")
def create(order: dict = Body()):
    return order
""",
    "a router that the application never includes": """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from orders import legacy, router
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"])
app.include_router(router)
#= orders.py
from fastapi import APIRouter, Body
router = APIRouter()
legacy = APIRouter()
@router.get("/orders")
def read():
    return []
@legacy.post("/orders")
def create(order: dict = Body()):
    return order
#= forgotten.py
from fastapi import APIRouter, Body
router = APIRouter()
@router.post("/forgotten")
def create(order: dict = Body()):
    return order
""",
    "bodies of another application, without CORS": _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
app = FastAPI()
add_cors(app)
@app.get("/")
def read() -> str:
    return "read"
#= internal.py
from fastapi import FastAPI
from pydantic import BaseModel
from main import read
class Note(BaseModel):
    text: str
internal = FastAPI()
@internal.post("/notes")
def create(note: Note) -> str:
    return read()
""",
    "an Ingress of nginx, which takes 1 MB by default": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
app = FastAPI()
app.include_router(router)
add_cors(app)
#= kube/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
""",
    "on AWS Lambda, which refuses what is longer than 6 MB": _NOTES
    + _CORS
    + """
#= main.py
import uvicorn
from fastapi import FastAPI
from mangum import Mangum
from cors import add_cors
from notes import router
app = FastAPI()
app.include_router(router)
add_cors(app)
handler = Mangum(app)
if __name__ == "__main__":
    uvicorn.run(app)
""",
    "a limit in a dictionary, and a middleware of a library": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from limits_of_bodies import BodyLimit
from pydantic import BaseModel
class Note(BaseModel):
    text: str
app = FastAPI(title="Notes")
app.add_middleware(BodyLimit, max_body_size=1_000_000)
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.post("/notes")
async def add(note: Note) -> Note:
    return note
""",
    "a body that is refused when it is too large": """
from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
MAX_BODY = 1_000_000
class Note(BaseModel):
    text: str
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.middleware("http")
async def limit(request: Request, call_next):
    if len(await request.body()) > MAX_BODY:
        raise HTTPException(413)
    return await call_next(request)
@app.post("/notes")
async def add(note: Note) -> Note:
    return note
""",
    "limited on the router": _NOTES.replace("APIRouter()", "APIRouter(max_body_size=1_000_000)")
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
app = FastAPI()
app.include_router(router)
add_cors(app)
""",
    "limited where it is included": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
app = FastAPI()
app.include_router(router, max_body_size=1_000_000)
add_cors(app)
""",
    "no CORS: a service behind others": _NOTES
    + """
#= main.py
from fastapi import FastAPI
from notes import router
app = FastAPI()
app.include_router(router)
""",
    "a form of an application without CORS": _CORS
    + """
#= login.py
from fastapi import FastAPI, Form
app = FastAPI()
@app.post("/token")
def login(name: str = Form()): ...
#= main.py
from fastapi import FastAPI, Request
from cors import add_cors
app = FastAPI()
add_cors(app)
@app.get("/visits")
async def visits(req: Request): ...
""",
    "no bodies": _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
app = FastAPI()
add_cors(app)
@app.get("/items")
async def items(limit: int = 10): ...
""",
    "a middleware that looks at the length": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
app = FastAPI()
app.include_router(router)
add_cors(app)
@app.middleware("http")
async def limit(request, call_next):
    if int(request.headers.get("content-length", 0)) > 1_000_000:
        raise ValueError
    return await call_next(request)
""",
    "limited on an application that is mounted inside CORS": _NOTES
    + _CORS
    + """
#= main.py
from fastapi import FastAPI
from cors import add_cors
from notes import router
inner = FastAPI(max_body_size=1_000_000)
inner.include_router(router)
app = FastAPI()
add_cors(app)
app.mount("/v1", inner)
""",
    "a schema of the query": _CORS
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI, Query
from pydantic import BaseModel
from cors import add_cors
class Filters(BaseModel):
    limit: int = 10
app = FastAPI()
add_cors(app)
@app.post("/sync")
async def sync(filters: Annotated[Filters, Query()]): ...
""",
    "nginx before it, which takes 1 MB by default": """
#= deploy/nginx/default.conf
server { location / { proxy_pass http://api:8000; } }
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx before it, in a text file": """
#= deploy/nginx_site_config.txt
server {
  client_max_body_size 20m;
  location / { proxy_pass http://127.0.0.1:8000; }
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx before it, which is told": """
#= nginx.conf.template
server {
  client_max_body_size 20m;
  location /api { proxy_pass http://api; }
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "Caddy before it": """
#= docker/caddy/Caddyfile
example.com {
  request_body {
    max_size 5MB
  }
  reverse_proxy api:8000
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx that a script writes": """
#= deploy/setup.sh
#!/bin/bash
cat > /etc/nginx/sites-available/api <<EOF
server {
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host \\$host;
    }
}
EOF
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx in what a machine runs first, by Terraform": """
#= terraform/user_data.tpl
#!/bin/bash
tee /etc/nginx/conf.d/api.conf > /dev/null <<'EOF'
server {
    listen 80;
    location / { proxy_pass http://localhost:${port}; }
}
EOF
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx in Terraform itself": """
#= terraform/machine.tf
resource "aws_instance" "api" {
  user_data = <<-EOT
    cat > /etc/nginx/conf.d/api.conf <<'NGINX'
    server { location / { proxy_pass http://127.0.0.1:8000; } }
    NGINX
  EOT
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx in a ConfigMap": """
#= kube/proxy.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: proxy
data:
  default.conf: |
    server {
      location / {
        proxy_pass http://api:8000;
      }
    }
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx, in a file without an ending": """
#= deploy/nginx/sites-available/shop
server {
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
    "nginx, by a template of Ansible": """
#= roles/web/templates/site.j2
server {
  server_name {{ domain }};
  location / { proxy_pass http://{{ upstream }}; }
}
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
class Item(BaseModel):
    name: str
@app.post("/")
def create(item: Item): ...
""",
}
