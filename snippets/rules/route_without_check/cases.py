"""Endpoints that ask nobody who is calling, and those that may do so."""

BAD = ['@router.delete("/{note_id}", status_code=204)']

_MAIN = """
#= deps.py
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
oauth2_scheme = OAuth2PasswordBearer("token")
class User: ...
def get_db(): ...
def find_user(token: str = Depends(oauth2_scheme)) -> User:
    if token != "secret":
        raise HTTPException(status_code=401)
    return User()
def require(permission: str):
    def check(user: User = Depends(find_user)) -> None:
        if permission not in user.permissions:
            raise HTTPException(403)
    return check
#= items.py
from typing import Annotated
from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, HTTPException, Request, Security
from sqlalchemy.ext.asyncio import AsyncSession
from deps import User, find_user, get_db, require
router = APIRouter(prefix="/items")
Session = Annotated[AsyncSession, Depends(get_db)]
@router.put("/{item_id}")
async def change(item_id: int, session: Session, user: User = Depends(find_user)):
    await session.commit()
"""
_FREE = """
@router.delete("/{item_id}")
async def delete_item(item_id: int, session: Session):
    await session.delete(item_id)
"""
_DELETES = _FREE.replace('"/{item_id}")', '"/{item_id}")  # !')

FOUND = {
    "a function makes an annotation that checks nobody": _MAIN
    + """
def opened(name: str):
    return Annotated[AsyncSession, Depends(get_db)]
@router.delete("/{item_id}")  # !
async def delete_item(item_id: int, session: opened("items")):
    await session.delete(item_id)
""",
    "an account whose role anybody chooses": _MAIN
    + """
from pydantic import BaseModel
class NewUser(BaseModel):
    email: str
    password: str
    role: str
@router.post("")  # !
async def create(user: NewUser, session: Session):
    session.add(user)
""",
    "anybody becomes an administrator": _MAIN
    + """
from pydantic import BaseModel
class NewAdmin(BaseModel):
    email: str
    password: str
sign_up = APIRouter(prefix="/auth")
def stored(user, session):
    if session.get(user.email):
        raise HTTPException(409)
    session.add(user)
@sign_up.post("/signup/admin")  # !
async def create_one(user: NewAdmin, session: Session):
    stored(user, session)
@sign_up.post("/new")  # !
async def create_superuser(user: NewAdmin, session: Session):
    stored(user, session)
""",
    "a delete beside a put": _MAIN + _DELETES,
    "a post that stores": _MAIN
    + """
def store(session, name): ...
@router.post("")  # !
async def create(name: str, session: Session):
    store(session, name)
    await session.commit()
""",
    "a permission in the decorator of the others": _MAIN
    + """
boxes = APIRouter(prefix="/boxes")
@boxes.get("/{key}", dependencies=[Depends(require("boxes:read"))])
def read_box(key: int): ...
@boxes.patch("/{key}")  # !
def change_box(key: int, session: Session): ...
""",
    "Security of the others": _MAIN
    + """
boxes = APIRouter(prefix="/boxes")
@boxes.get("/{key}")
def read_box(key: int, user: Annotated[User, Security(find_user, scopes=["boxes"])]): ...
@boxes.put("/{key}", dependencies=[])  # !
def change_box(key: int, session: Session): ...
""",
    "endpoints of an application": """
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_users import FastAPIUsers
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"])
users = FastAPIUsers()
@app.middleware("http")
async def add_time(request, call_next):
    return await call_next(request)
@app.get("/items/{key}")
def read_item(key: int, user=Depends(users.current_user(active=True))): ...
@app.put("/items/{key}")  # !
def change_item(key: int): ...
""",
    "a router that is included without a dependency": _MAIN
    + _DELETES
    + """
app = FastAPI()
app.include_router(router)
""",
}

LOOK_ALIKES = {
    "accounts are made of what its name calls a sign-up": """
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
class AccountRegistration(BaseModel):
    email: str
    plan: str
router = APIRouter()
def require_staff(token: str = Depends(scheme)):
    return token
@router.post("/create")
async def create_key(body: AccountRegistration):
    return await add_account(body.email, body.plan)
@router.post("/credits")
async def add_credits(amount: int, staff=Depends(require_staff)):
    return await save(amount)
@router.delete("/{name}")
async def remove(name: str, staff=Depends(require_staff)):
    return await delete(name)
app = FastAPI()
app.include_router(router)
""",
    "what visitors ask, and administrators read": _MAIN
    + """
@router.post("/{item_id}/inquiries")
async def create_inquiry(item_id: int, session: Session):
    session.add(item_id)
""",
    "what visitors apply for": _MAIN
    + """
@router.post("/{item_id}/applications")
async def apply_for_item(item_id: int, session: Session):
    session.add(item_id)
""",
    "a function makes the annotation": _MAIN
    + """
def needs(permission: str):
    return Annotated[User, Depends(require(permission))]
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: needs("items:delete"), session: Session):
    await session.delete(item_id)
""",
    "an annotation that a function made": _MAIN
    + """
def needs(permission: str):
    return Annotated[User, Depends(require(permission))]
Remover = needs("items:delete")
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: Remover, session: Session):
    await session.delete(item_id)
""",
    "the first administrator, and those with a secret": _MAIN
    + """
from pydantic import BaseModel
class NewAdmin(BaseModel):
    email: str
    password: str
    setup_token: str
class User(BaseModel):
    email: str
    password: str
sign_up = APIRouter(prefix="/auth")
@sign_up.post("/signup/admin")
async def create_one(user: NewAdmin, session: Session):
    session.add(user)
@sign_up.post("/register/admin")
async def first(user: User, session: Session):
    if session.count(User):
        raise HTTPException(409)
    session.add(user)
@sign_up.post("/create/admin")
async def create_admin(user: User, session: Session, me: User = Depends(find_user)):
    session.add(user)
@sign_up.post("/signup/user")
async def administrative_note(user: User, session: Session):
    session.add(user)
""",
    "all of them ask": _MAIN
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: Annotated[User, Depends(find_user)]): ...
@router.patch("/{item_id}", dependencies=[Depends(require("items:change"))])
async def patch_item(item_id: int): ...
""",
    "the router asks": _MAIN.replace('"/items")', '"/items", dependencies=[Depends(find_user)])')
    + _FREE,
    "where it is included, it asks": _MAIN
    + _FREE
    + """
app = FastAPI()
app.include_router(router, dependencies=[Depends(find_user)])
""",
    "the router that includes it asks": _MAIN
    + _FREE
    + """
private = APIRouter(dependencies=[Depends(find_user)])
private.include_router(router)
app = FastAPI()
app.include_router(private)
""",
    "routers included in a loop, with a dependency": _MAIN
    + _FREE
    + """
app = FastAPI()
for one in (router,):
    app.include_router(one, dependencies=[Depends(find_user)])
""",
    "the application asks": _MAIN + _FREE + "app = FastAPI(dependencies=[Depends(find_user)])\n",
    "a middleware asks": _MAIN
    + _FREE
    + """
from fastapi.responses import JSONResponse
app = FastAPI()
@app.middleware("http")
async def check_key(request: Request, call_next):
    if request.headers.get("x-key") != "secret":
        return JSONResponse({}, status_code=401)
    return await call_next(request)
""",
    "a middleware of a library asks": _MAIN
    + _FREE
    + """
from starlette.middleware.authentication import AuthenticationMiddleware
app = FastAPI()
app.add_middleware(AuthenticationMiddleware, backend=object())
""",
    "a decorator asks": _MAIN
    + """
def login_required(function): ...
@router.delete("/{item_id}")
@login_required
async def delete_item(item_id: int): ...
""",
    "what strangers do": _MAIN
    + """
@router.post("/login")
async def log_in(name: str, session: Session):
    await session.commit()
@router.post("/register")
async def create_account(name: str, session: Session):
    session.add(name)
@router.post("/password-reset")
async def start(name: str, session: Session):
    session.add(name)
@router.delete("/subscriptions/{key}")
async def unsubscribe(key: str, session: Session): ...
@router.post("/webhook/stripe")
async def take_event(session: Session):
    session.add(1)
@router.post("/contact")
async def write_to_us(text: str, session: Session):
    session.add(text)
""",
    "what only asks": _MAIN
    + """
@router.post("/search")
async def search(text: str, session: Session):
    return await session.execute(text)
@router.post("/total")
async def total(prices: list[int]):
    return sum(prices)
@router.get("")
async def read_all(session: Session): ...
""",
    "it looks at the request itself": _MAIN
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, request: Request):
    if request.state.user is None:
        raise HTTPException(401)
@router.put("/{item_id}/text")
async def write(item_id: int, x_key: Annotated[str, Header()]): ...
@router.patch("/{item_id}/text")
async def patch(item_id: int, key: str = Cookie()): ...
""",
    "a check that it calls": _MAIN
    + """
from checks import verify_token
@router.delete("/{item_id}")
async def delete_item(item_id: int, key: str, session: Session):
    verify_token(key)
    await session.delete(item_id)
""",
    "a dependency of another library": _MAIN
    + """
from checks import get_viewer
@router.delete("/{item_id}")
async def delete_item(item_id: int, viewer=Depends(get_viewer)): ...
""",
    "most of the router is open": _MAIN
    + _FREE
    + """
@router.patch("/{item_id}")
async def patch_item(item_id: int, session: Session): ...
""",
    "an account that one makes for oneself": _MAIN
    + """
from pydantic import BaseModel
class NewUser(BaseModel):
    email: str
    password: str
@router.post("")
async def create(user: NewUser, session: Session):
    session.add(user)
""",
    "another router": _MAIN + _FREE.replace("@router", "open_items = APIRouter()\n@open_items"),
    "no login at all": """
from fastapi import FastAPI
app = FastAPI()
@app.put("/items/{key}")
def change_item(key: int): ...
@app.delete("/items/{key}")
def delete_item(key: int): ...
""",
    "accounts are made of a form with a password": """
from typing import Annotated
from fastapi import Depends, FastAPI, Form, Header, HTTPException
app = FastAPI()
async def current_user(authorization: str = Header()) -> int:
    raise HTTPException(401)
@app.post("/people", status_code=201)
async def create_person(connection, email: Annotated[str, Form()], password: Annotated[str, Form()]):
    await connection.execute("INSERT INTO people VALUES ($1, $2)", email, password)
@app.post("/notes")
async def create_note(connection, text: str, user: int = Depends(current_user)):
    await connection.execute("INSERT INTO notes VALUES ($1)", text)
@app.put("/notes/{key}")
async def change_note(connection, key: int, text: str, user: int = Depends(current_user)):
    await connection.execute("UPDATE notes SET text = $1", text)
""",
}

_SELECTS = """
from sqlalchemy import text
from fastapi.responses import HTMLResponse
admin = APIRouter(prefix="/admin")
@admin.get("/items/{key}")
async def one(key: int, session: Session, user: User = Depends(find_user)):
    return await session.scalar(text("SELECT 1"))
@router.get("/{key}/notes")
async def notes(key: int, session: Session, user: User = Depends(find_user)):
    return await session.scalar(text("SELECT 1"))
"""
FOUND["what administrators read"] = (
    _MAIN
    + _SELECTS
    + """
@admin.get("/users")  # !
async def users(session: Session):
    return (await session.execute(text("SELECT email FROM users"))).all()
def rows(session: AsyncSession):
    return session.execute(text("SELECT email FROM users"))
@router.get("/admin/all")  # !
async def everything(session: Session):
    return (await rows(session)).all()
"""
)
LOOK_ALIKES["what all may read, a page for administrators without data"] = (
    _MAIN
    + _SELECTS
    + """
@router.get("/{key}")
async def read(key: int, session: Session):
    return await session.scalar(text("SELECT 1"))
@router.get("/administered")
async def administered(session: Session):
    return await session.scalar(text("SELECT 1"))
@admin.get("/", response_class=HTMLResponse)
async def page():
    return "<h1>Administration</h1>"
@admin.get("/health")
async def health(session: Session):
    return await session.scalar(text("SELECT 1"))
"""
)

FOUND["a schema whose name ends in Request is no request"] = (
    _MAIN
    + """
from pydantic import BaseModel
class WalletRequest(BaseModel):
    address: str
@router.put("/{item_id}/wallet")  # !
async def link(item_id: int, request: WalletRequest, session: Session): ...
"""
)
_FILES = (
    _MAIN
    + """
from fastapi.responses import FileResponse
@router.get("/{item_id}")
async def read(item_id: int, user: User = Depends(find_user)): ...
@router.delete("/{item_id}")
async def delete(item_id: int, user: User = Depends(find_user)): ...
"""
)
FOUND["the only read of a router without a check, of what another read shows in part"] = (
    _FILES
    + """
@router.get("/{item_id}/download")  # !
async def download(item_id: int):
    return FileResponse(f"/data/{item_id}")
"""
)
FOUND["its rows"] = (
    _FILES
    + """
from sqlalchemy import text
@router.get("/{item_id}/orders")  # !
async def orders(item_id: int, session: Session):
    return (await session.execute(text("SELECT 1"))).all()
"""
)
LOOK_ALIKES["a picture, a link with a token, what is computed"] = (
    _FILES
    + """
@router.get("/{item_id}/avatar")
async def avatar(item_id: int):
    return FileResponse(f"/data/{item_id}")
boxes = APIRouter(prefix="/boxes")
@boxes.get("/{key}", dependencies=[Depends(find_user)])
async def read_box(key: int): ...
@boxes.put("/{key}", dependencies=[Depends(find_user)])
async def change_box(key: int): ...
@boxes.delete("/{key}", dependencies=[Depends(find_user)])
async def delete_box(key: int): ...
@boxes.get("/{key}/file")
async def box_file(key: int, signature: str):
    return FileResponse(f"/data/{key}")
trays = APIRouter(prefix="/trays")
@trays.get("/{key}", dependencies=[Depends(find_user)])
async def read_tray(key: int): ...
@trays.put("/{key}", dependencies=[Depends(find_user)])
async def change_tray(key: int): ...
@trays.delete("/{key}", dependencies=[Depends(find_user)])
async def delete_tray(key: int): ...
@trays.get("/{key}/defaults")
async def defaults(key: int):
    return {"size": 3}
"""
)
LOOK_ALIKES["two reads without a check: meant so"] = (
    _FILES
    + """
@router.get("/{item_id}/download")
async def download(item_id: int):
    return FileResponse(f"/data/{item_id}")
@router.get("/{item_id}/text")
async def text_of(item_id: int):
    return FileResponse(f"/data/{item_id}.txt")
"""
)
_KEYED = """
from fastapi import APIRouter, Depends, Header, HTTPException
router = APIRouter()
@router.post("/search")
async def search(text: str, x_internal_token: str | None = Header(default=None)):
    if x_internal_token != "secret":
        raise HTTPException(status_code=401)
"""
FOUND["another one compares a header by itself"] = (
    _KEYED
    + """
@router.delete("/cache/clear")  # !
async def clear_cache(pattern: str): ...
"""
)
LOOK_ALIKES["a header that is no login, a helper that refuses"] = (
    _KEYED.replace("x_internal_token", "x_version")
    + """
@router.delete("/cache/clear")
async def clear_cache(pattern: str): ...
def refuse(key: str) -> None:
    if key != "secret":
        raise HTTPException(403)
other = APIRouter()
@other.post("/search")
async def find(text: str, api_key: str = Header()):
    refuse(api_key)
@other.delete("/cache")
async def clear(key: str):
    refuse(key)
"""
)
_LOGIN = _MAIN + "import boto3\ns3 = boto3.client('s3')\nuploads = APIRouter()\n"
FOUND["a URL to upload with, of S3"] = (
    _LOGIN
    + """
@uploads.post("/generate-url")  # !
async def make_url(name: str):
    return s3.generate_presigned_url(
        ClientMethod="put_object", Params={"Bucket": "images", "Key": name}
    )
@uploads.get("/form")  # !
async def make_form(name: str):
    return sign(name)
def sign(name: str):
    return s3.generate_presigned_post("images", name)
@uploads.get("/url")  # !
def make_google_url(name: str):
    return bucket.blob(name).generate_signed_url(expiration=60, method="PUT")
"""
)
LOOK_ALIKES["a URL to download with, one for users, one in a service without a login"] = (
    _LOGIN
    + """
@uploads.post("/read-url")
async def make_url(name: str):
    return s3.generate_presigned_url("get_object", Params={"Bucket": "images", "Key": name})
@uploads.post("/url")
async def make_own(name: str, user: User = Depends(find_user)):
    return s3.generate_presigned_url("put_object", Params={"Bucket": "images", "Key": name})
"""
)
LOOK_ALIKES["a URL to upload with, where nobody logs in"] = """
import boto3
from fastapi import FastAPI
s3 = boto3.client("s3")
app = FastAPI()
@app.post("/url")
async def make_url(name: str):
    return s3.generate_presigned_url("put_object", Params={"Bucket": "images", "Key": name})
"""
_POOL = """
import asyncpg
from fastapi import APIRouter, Depends, FastAPI, HTTPException
pool: asyncpg.Pool
"""
_BOOKS = """
@router.post("/books")
async def create_book(title: str) -> dict:
    return dict(await pool.fetchrow("INSERT INTO books (title) VALUES ($1) RETURNING id", title))
@router.delete("/books/{key}")
async def delete_book(key: int) -> None:
    await pool.execute("DELETE FROM books WHERE id = $1", key)
app = FastAPI()
"""
_LOGIN_OF_ADMINS = """
from fastapi.security import OAuth2PasswordBearer
def find_admin(token: str = Depends(OAuth2PasswordBearer("token"))):
    raise HTTPException(401)
users = APIRouter(prefix="/admin/users")
@users.get("/{key}")
def read_user(key: int, admin=Depends(find_admin)): ...
"""
FOUND["a whole router for administrators"] = (
    _POOL
    + 'router = APIRouter(prefix="/api/admin")  # !\n'
    + _BOOKS
    + "app.include_router(router)\n"
)
FOUND["named where it is included"] = (
    _POOL
    + "router = APIRouter()  # !\n"
    + _BOOKS
    + 'app.include_router(router, prefix=f"{PREFIX}/admin")\n'
)
FOUND["by the router that includes it, which others of administrators leave open, too"] = (
    _POOL
    + _LOGIN_OF_ADMINS
    + "router = APIRouter()  # !\n"
    + _BOOKS
    + """
area = APIRouter(prefix="/admin")
area.include_router(router)
area.include_router(users)
app.include_router(area)
"""
)
FOUND["data of one shop"] = (
    _MAIN
    + _SELECTS
    + """
shop = APIRouter(prefix="/shops/{shop_id}")  # !
@shop.get("/dashboard")
def dashboard(shop_id: int, session: Session):
    return session.execute(text("SELECT 1"))
private = APIRouter(prefix="/admin")
private.include_router(shop)
"""
)
LOOK_ALIKES["prices, a router that is guarded, one that logs in"] = (
    _MAIN
    + _SELECTS
    + """
prices = APIRouter(prefix="/prices")
@prices.get("")
def all_prices(session: Session):
    return session.execute(text("SELECT 1"))
private = APIRouter(prefix="/admin")
private.include_router(prices)
start = APIRouter(prefix="/admin")
@start.post("/login")
def log_in(name: str, session: Session):
    session.add(name)
"""
)
LOOK_ALIKES["the application includes it with a dependency"] = (
    _POOL
    + _LOGIN_OF_ADMINS
    + 'router = APIRouter(prefix="/admin")\n'
    + _BOOKS
    + "app.include_router(router, dependencies=[Depends(find_admin)])\n"
)
LOOK_ALIKES["one of its endpoints checks by itself"] = (
    _POOL
    + 'router = APIRouter(prefix="/admin")\n'
    + _BOOKS
    + """
from fastapi import Request
@router.put("/books/{key}")
async def change_book(key: int, request: Request):
    if "user" not in request.session:
        raise HTTPException(403)
"""
)
LOOK_ALIKES["not for administrators"] = (
    _POOL + 'router = APIRouter(prefix="/books")\n' + _BOOKS + "app.include_router(router)\n"
)
FOUND["the only read without a check, beside others of the same thing"] = (
    _MAIN
    + """
from fastapi.responses import FileResponse
films = APIRouter(prefix="/films")
@films.get("/{key}/subtitles")
async def subtitles(key: int, user: User = Depends(find_user)): ...
@films.put("/{key}/title")
async def change(key: int, user: User = Depends(find_user)): ...
@films.delete("/{key}")
async def delete(key: int, user: User = Depends(find_user)): ...
@films.get("/{key}/file")  # !
async def file(key: int):
    return FileResponse(f"/data/{key}")
"""
)
LOOK_ALIKES["a read beside others of another thing"] = (
    _MAIN
    + """
from fastapi.responses import FileResponse
films = APIRouter(prefix="/films")
@films.get("/mine")
async def mine(user: User = Depends(find_user)): ...
@films.put("/{key}/title")
async def change(key: int, user: User = Depends(find_user)): ...
@films.delete("/{key}")
async def delete(key: int, user: User = Depends(find_user)): ...
@films.get("/brochure")
async def brochure():
    return FileResponse("/data/brochure.pdf")
"""
)
_BY_NAME = """
#= items.py
from typing import Annotated
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from somewhere import Items
bearer = OAuth2PasswordBearer("token")
def find_visitor(token: Annotated[str, Depends(bearer)]) -> str:
    if token != "secret":
        raise HTTPException(401)
    return token
class JWTService: ...
def make_items():
    return Items(JWTService())
visitor = Depends(find_visitor)
items = Annotated[Items, Depends(make_items)]
router = APIRouter(prefix="/items")
"""
_BY_ITS_NAME = (
    _BY_NAME
    + """
@router.put("/{key}")
async def change(key: int, items: items, visitor: Annotated[str, visitor]):
    await items.save(key, visitor)
@router.delete("/{key}")  # !
async def remove(key: int, items: items):
    await items.delete(key)
"""
)
FOUND["a dependency that has a name of its own, and a service that is only made"] = _BY_ITS_NAME
FOUND["by default"] = _BY_ITS_NAME.replace(
    "visitor: Annotated[str, visitor]", "visitor: str = visitor"
)
LOOK_ALIKES["the name of the dependency, everywhere"] = _BY_ITS_NAME.replace(
    "(key: int, items: items):", "(key: int, items: items, visitor: str = visitor):"
).replace("  # !", "")
_PANEL = """
from fastapi import FastAPI
from sqladmin import Admin, ModelView
from somewhere import Member, backend, engine, options, settings
app = FastAPI()
class Members(ModelView, model=Member): ...
"""
FOUND["a panel for administrators that asks nobody"] = (
    _PANEL
    + """
def add_panel(app: FastAPI) -> None:
    panel = Admin(app, engine, base_url="/panel")  # !
    panel.add_view(Members)
"""
)
LOOK_ALIKES["a panel that asks, one with options from elsewhere, and one for developers"] = (
    _PANEL
    + """
panel = Admin(app, engine, authentication_backend=backend)
panel.add_view(Members)
more = Admin(app, engine, **options)
if settings.environment == "local":
    open_panel = Admin(app, engine)
"""
)
LOOK_ALIKES["a panel behind a middleware"] = (
    _PANEL
    + """
from somewhere import AuthMiddleware
app.add_middleware(AuthMiddleware)
panel = Admin(app, engine)
"""
)
LOOK_ALIKES["a panel with a middleware of its own"] = (
    _PANEL
    + """
from somewhere import login
panel = Admin(app, engine, middlewares=[login])
"""
)
LOOK_ALIKES["a panel whose views ask"] = (
    _PANEL
    + """
class Visits(ModelView, model=Visit):
    def is_accessible(self, request):
        return "member" in request.session
panel = Admin(app, engine)
panel.add_view(Visits)
"""
)
