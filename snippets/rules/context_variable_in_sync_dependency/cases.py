"""Context variables: where they are set, and whether those who read them see it."""

BAD = ["tenant.set(x_tenant)"]

_CONTEXT = """
#= context.py
from contextvars import ContextVar
user_id = ContextVar("user_id", default=None)
def current_user():
    return user_id.get()
def bind_user(user):
    user_id.set(user)  # bound
"""
_MAIN = """
#= main.py
from typing import Annotated
from fastapi import APIRouter, Depends, FastAPI, Header, Request
import context
from context import current_user, user_id
app = FastAPI()
router = APIRouter()
@app.get("/")
async def read(): return current_user()
"""

FOUND = {
    "with yield": _CONTEXT
    + _MAIN
    + """
def get_user(x_user: Annotated[str, Header()]):
    token = user_id.set(x_user)  # !
    yield x_user
    user_id.reset(token)
@app.get("/me")
def me(user=Depends(get_user)): ...
""",
    "in a class": _CONTEXT
    + _MAIN
    + """
class User:
    def __init__(self, request: Request):
        context.user_id.set(request.headers["x-user"])  # !
@app.get("/me")
async def me(user: Annotated[User, Depends()]): ...
""",
    "by a helper of another module": (_CONTEXT + _MAIN).replace("# bound", "# !")
    + """
def get_user(x_user: str = Header()):
    context.bind_user(x_user)
UserDep = Annotated[str, Depends(get_user)]
@app.get("/me")
async def me(user: UserDep): ...
""",
    "of a router, in an object": _CONTEXT
    + _MAIN
    + """
class Checker:
    def __call__(self, x_user: str = Header()):
        user_id.set(x_user)  # !
@router.get("/me", dependencies=[Depends(Checker())])
async def me(): ...
""",
    "structlog": """
import structlog
from fastapi import Depends, FastAPI
from structlog.contextvars import bind_contextvars
def get_user(x_user: str):
    bind_contextvars(user=x_user)  # !
    return x_user
def bind_shop(shop: str):
    structlog.contextvars.bind_contextvars(shop=shop)  # !
app = FastAPI(dependencies=[Depends(bind_shop)])
@app.get("/me")
async def me(user: str = Depends(get_user)): ...
""",
}

LOOK_ALIKES = {
    "async": _CONTEXT
    + _MAIN
    + """
async def get_user(x_user: Annotated[str, Header()]):
    user_id.set(x_user)
@app.get("/me")
def me(user=Depends(get_user)): ...
""",
    "async, by a plain helper": _CONTEXT
    + _MAIN
    + """
async def get_user(x_user: Annotated[str, Header()]):
    context.bind_user(x_user)
    yield
@app.get("/me")
def me(user=Depends(get_user)): ...
""",
    "a middleware": _CONTEXT
    + _MAIN
    + """
@app.middleware("http")
async def bind(request: Request, call_next):
    user_id.set(request.headers["x-user"])
    return await call_next(request)
""",
    "read by the dependency alone": """
from contextvars import ContextVar
from fastapi import Depends, FastAPI
app = FastAPI()
seen = ContextVar("seen")
def count():
    return seen.get()
def get_user(x_user: str):
    seen.set(x_user)
    return count()
@app.get("/me")
async def me(user=Depends(get_user)): ...
""",
    "another set": _CONTEXT
    + _MAIN
    + """
from redis import Redis
cache = Redis()
def get_user(x_user: str):
    cache.set("user", x_user)
@app.get("/me")
async def me(user=Depends(get_user)): return cache.get("user")
""",
    "an endpoint, for what it calls": _CONTEXT
    + _MAIN
    + """
@app.get("/me")
def me(x_user: str = Header()):
    user_id.set(x_user)
    return current_user()
""",
}
