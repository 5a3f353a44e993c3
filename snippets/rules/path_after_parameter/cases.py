"""Paths that an earlier path matches: of one router, and of several that are included."""

BAD = ['@app.get("/users/me")']

_ROUTER = """
from fastapi import APIRouter, FastAPI
app = FastAPI()
users = APIRouter(prefix="/users")
other = APIRouter(prefix="/others")
"""
_ONE = """
@users.get("/{name}")
def read_one(name): ...
"""
_INCLUDED = """
#= users.py
from fastapi import APIRouter
router = APIRouter(prefix="/users")
@router.get("/{user_id}")
def read_user(user_id: int): ...
"""

FOUND = {
    "of a router": _ROUTER
    + _ONE
    + """
@users.get("/me")  # !
def read_me(): ...
""",
    "one level deeper": _ROUTER
    + """
@users.get("/{name}/posts/{post}")
def read_post(name, post): ...
@users.get("/me/posts/last")  # !
def read_last(): ...
@users.get("/{name}/posts/first")  # !
def read_first(): ...
""",
    "a method of several": _ROUTER
    + """
@users.api_route("/{name}/posts", methods=["DELETE", "PUT"])
def change_posts(name): ...
@users.delete("/me/posts")  # !
def delete_my_posts(): ...
""",
    "add_api_route": _ROUTER
    + """
def read(): ...
users.add_api_route("/{name}", read)
users.add_api_route("/me", read)  # !
""",
    "a path in a constant": _ROUTER
    + _ONE
    + """
ME = "/me"
@users.get(ME)  # !
def read_me(): ...
""",
    "in the wrong order in each copy of a router": """
#= main.py
from fastapi import APIRouter, FastAPI
app = FastAPI()
@app.get("/")
def home(): ...
router = APIRouter(prefix="/recipes")
@router.get("/{recipe}")
def read(recipe: int): ...
@router.get("/daily")  # !
def read_daily(): ...
app.include_router(router)
app.include_router(router)
""",
    "routers in the wrong order": _INCLUDED
    + """
#= me.py
from fastapi import APIRouter
router = APIRouter(prefix="/users", tags=["me"])
@router.get("/me")  # !
def read_me(): ...
#= main.py
from fastapi import FastAPI
import me, users
app = FastAPI()
app.include_router(users.router)
app.include_router(me.router)
""",
    "the prefix is given to include_router": _INCLUDED
    + """
#= me.py
from fastapi import APIRouter
router = APIRouter()
@router.get("/search")  # !
def search(): ...
#= main.py
from fastapi import APIRouter, FastAPI
import users
from me import router as found
def create_app():
    api = APIRouter(prefix="/api")
    api.include_router(users.router, tags=["users"])
    api.include_router(found, prefix="/users")
    app = FastAPI()
    app.include_router(api)
    return app
""",
    "a path that takes all": _ROUTER
    + """
@app.get("/{path:path}")
def page(path: str): ...
@app.get("/about/us")  # !
def about(): ...
""",
    "one that does nearly the same": _ROUTER
    + """
from logins import logins
@users.get("/{provider}")
async def to_provider(provider: str, request):
    return await logins.redirect(provider, request)
@users.get("/github")  # !
async def to_github(request):
    return await logins.redirect("git", request)
@users.get("/google")  # !
async def to_google(request):
    return await logins.redirect("google", request, scope="mail")
@users.get("/own")  # !
async def to_own(request):
    return await logins.ask("own", request)
""",
}

LOOK_ALIKES = {
    "one path, answered by a method that heirs have anew": """
from fastapi import APIRouter, FastAPI
class Base:
    def __init__(self, app: FastAPI, prefix: str):
        router = APIRouter(prefix=prefix)
        router.add_api_route("/me", self.me)
        router.add_api_route("/{name}", self.read)
        app.include_router(router)
    def me(self): ...
    def read(self, name: str): ...
class Heir(Base):
    def me(self): ...
    def read(self, name: str): ...
app = FastAPI()
Base(app, "/b")
Heir(app, "/h")
""",
    "the fixed path first": _ROUTER
    + """
@users.get("/me")
def read_me(): ...
"""
    + _ONE,
    "another method": _ROUTER
    + _ONE
    + """
@users.put("/me")
def change_me(): ...
""",
    "another router": _ROUTER
    + _ONE
    + """
@other.get("/me")
def read_me(): ...
""",
    "another depth": _ROUTER
    + _ONE
    + """
@users.get("/me/posts")
def read_posts(): ...
@users.get("/")
def read_all(): ...
""",
    "a parameter that takes digits alone": _ROUTER
    + """
@users.get("/{number:int}")
def read_one(number: int): ...
@users.get("/me")
def read_me(): ...
""",
    "routers in the right order": _INCLUDED
    + """
#= me.py
from fastapi import APIRouter
router = APIRouter(prefix="/users")
@router.get("/me")
def read_me(): ...
#= main.py
from fastapi import FastAPI
import me, users
app = FastAPI()
app.include_router(me.router)
app.include_router(users.router)
""",
    "a prefix that nobody knows": _INCLUDED
    + """
#= main.py
from fastapi import APIRouter, FastAPI
from settings import settings
import users
app = FastAPI()
app.include_router(users.router, prefix=settings.prefix)
@app.get("/users/me")
def read_me(): ...
""",
    "a router that nobody includes": _INCLUDED
    + """
#= me.py
from fastapi import APIRouter
router = APIRouter(prefix="/users")
@router.get("/me")
def read_me(): ...
#= old.py
from fastapi import APIRouter
import me, users
api = APIRouter()
api.include_router(users.router)
api.include_router(me.router)
#= main.py
from fastapi import FastAPI
import me, users, old
app = FastAPI()
app.include_router(me.router)
app.include_router(users.router)
""",
    "routers of two branches": _INCLUDED
    + """
#= me.py
from fastapi import APIRouter
router = APIRouter(prefix="/users")
@router.get("/me")
def read_me(): ...
#= main.py
from fastapi import FastAPI
import me, users
from settings import settings
app = FastAPI()
if settings.many:
    app.include_router(users.router)
else:
    app.include_router(me.router)
""",
    "one that looks for the text itself": _ROUTER
    + """
@users.get("/{name}")
def read_one(name):
    if name == "me":
        return 1
@users.get("/me")
def read_me(): ...
""",
    "a router that is included twice": """
#= recipes.py
from fastapi import APIRouter
router = APIRouter(prefix="/recipes")
@router.post("/daily/cart")
def add_daily(): ...
@router.post("/{recipe}/cart")
def add(recipe: int): ...
#= main.py
from fastapi import FastAPI
import recipes
app = FastAPI()
app.include_router(recipes.router)
app.include_router(recipes.router, tags=["again"])
""",
    "a router of routers that is included twice": """
from fastapi import APIRouter, FastAPI
app = FastAPI()
daily = APIRouter()
@daily.get("/recipes/daily")
def read_daily(): ...
one = APIRouter()
@one.get("/recipes/{recipe}")
def read(recipe: int): ...
recipes = APIRouter()
recipes.include_router(daily)
recipes.include_router(one)
app.include_router(recipes)
app.include_router(recipes)
""",
    "one that does the very same": _ROUTER
    + """
from logins import logins
@users.get("/{provider}")
async def to_provider(provider: str, request):
    return await logins.redirect(provider, request)
@users.get("/github")
async def to_github(request):
    return await logins.redirect("github", request)
@users.get("/{provider}/callback")
async def back(provider, request):
    '''From a provider.'''
    return logins.back(name=provider, request=request)
@users.get("/google/callback")
async def back_from_google(request):
    return logins.back(name="google", request=request)
@other.get("/{kind}")
def read_kind(kind: str): ...
@other.get("/books")
def read_books():
    return read_kind("books")
""",
}
