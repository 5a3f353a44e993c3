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
}

LOOK_ALIKES = {
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
}
