"""Endpoints that forget the owner, and those that may do without."""

BAD = ['@app.delete("/notes/{note_id}", status_code=204)']

_MAIN = """
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_admin: Mapped[bool]
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    title: Mapped[str]
#= deps.py
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
def get_session() -> AsyncSession: ...
def get_current_user(session: AsyncSession = Depends(get_session)) -> User: ...
def require_boss(current_user: User = Depends(get_current_user)) -> User: ...
#= items.py
from typing import Annotated
from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from deps import get_current_user, get_session, require_boss
from models import Item, User
router = APIRouter(prefix="/items")
CurrentUser = Annotated[User, Depends(get_current_user)]
SessionDep = Annotated[AsyncSession, Depends(get_session)]
"""
_CHECKED = """
@router.get("/{item_id}")
async def read_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get(Item, item_id)
    if not item or item.owner_id != user.id:
        raise HTTPException(404)
    return item.title
"""

_ADMINS_ONLY = """
@router.get("/{item_id}")
async def read_item(item_id: int, user: CurrentUser, session: SessionDep):
    if not user.is_admin:
        raise HTTPException(403)
    return await session.get(Item, item_id)
@router.post("")
async def create_item(user: CurrentUser, session: SessionDep):
    if user.role.name not in ("admin", "editor"):
        raise HTTPException(status_code=403)
    session.add(Item(title="new"))
"""

FOUND = {
    "a role that a read asks for": _MAIN
    + _ADMINS_ONLY
    + """
@router.delete("/{item_id}")  # !
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    await session.delete(await session.get(Item, item_id))
""",
    "a patch beside a get": _MAIN
    + _CHECKED
    + """
@router.patch("/{item_id}")  # !
async def rename(item_id: int, title: str, user: CurrentUser, session: SessionDep):
    item = (await session.execute(select(Item).where(Item.id == item_id))).scalar_one_or_none()
    if item is None:
        raise HTTPException(404)
    item.title = title
""",
    "the owner in the query of the other": _MAIN
    + """
@router.get("/{item_id}")
async def read_item(item_id: int, session: SessionDep, current_user: User = Depends(get_current_user)):
    query = select(Item).where(Item.id == item_id, Item.owner_id == current_user.id)
    return (await session.scalars(query)).one().title
@router.delete("/{key}")  # !
async def delete_item(key: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, key)
    await session.delete(item)
""",
    "a get beside a get": _MAIN
    + _CHECKED
    + """
@router.get("/by-title/{title}")  # !
async def read_by_title(title: str, user: CurrentUser, session: SessionDep):
    statement = select(Item).where(Item.title == title)
    item = await session.scalar(statement)
    return item.id
""",
    "compared in a function of the other": _MAIN
    + """
def check_owner(item: Item, user: User) -> None:
    if item.owner_id != user.id:
        raise HTTPException(403)
@router.put("/{item_id}")
async def change(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    check_owner(item, user)
    item.title = "x"
@router.delete("/{item_id}")  # !
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    await session.delete(item)
""",
    "a function that loads": _MAIN
    + _CHECKED
    + """
async def item_or_404(session: AsyncSession, key: int) -> Item:
    item = await session.get(Item, key)
    if item is None:
        raise HTTPException(404)
    return item
@router.delete("/{item_id}")  # !
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await item_or_404(session, item_id)
    await session.delete(item)
""",
    "an owner by another name, and statements that change": """
#= models.py
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Doctor(Base):
    __tablename__ = "doctors"
    id: Mapped[int] = mapped_column(primary_key=True)
class Chart(Base):
    __tablename__ = "charts"
    id: Mapped[int] = mapped_column(primary_key=True)
    doctor_id: Mapped[int] = mapped_column(ForeignKey("doctors.id"))
    note: Mapped[str]
#= main.py
from typing import Annotated
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from models import Chart, Doctor
from tokens import read
scheme = OAuth2PasswordBearer(tokenUrl="login")
def get_db() -> Session: ...
def signed_in(db: Session = Depends(get_db), token: str = Depends(scheme)) -> Doctor:
    doctor = db.get(Doctor, read(token))
    if doctor is None:
        raise HTTPException(401)
    return doctor
Me = Annotated[Doctor, Depends(signed_in)]
Db = Annotated[Session, Depends(get_db)]
router = APIRouter(prefix="/charts")
@router.get("/{key}")
def show(key: int, me: Me, db: Db):
    chart = db.scalar(select(Chart).where(Chart.id == key, Chart.doctor_id == me.id))
    if chart is None:
        raise HTTPException(404)
    return chart.note
@router.patch("/{key}")  # !
def change(key: int, note: str, me: Me, db: Db):
    db.execute(update(Chart).where(Chart.id == key).values(note=note))
@router.delete("/{key}")  # !
def drop(key: int, me: Me, db: Db):
    db.query(Chart).filter(Chart.id == key).delete()
@router.put("/{key}")  # !
def clear(key: int, me: Me, db: Db):
    db.execute(delete(Chart).where(Chart.id == key))
""",
    "in SQL, and by a service": """
#= store.py
import asyncpg
class Store:
    pool: asyncpg.Pool
    async def one(self, sql: str, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetchrow(sql, *args)
    async def many(self, statement, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetch(statement, *args)
store = Store()
async def run(query: str, *values):
    return await store.pool.execute(query, *values)
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI, Header, HTTPException
from store import run
app = FastAPI()
async def current_user(authorization: str = Header()) -> int:
    raise HTTPException(401)
User = Annotated[int, Depends(current_user)]
@app.put("/notes/{key}")
async def change(key: int, text: str, user: User):
    await run("UPDATE notes SET text = $1 WHERE id = $2 AND owner_id = $3", text, key, user)
@app.delete("/notes/{key}")  # !
async def delete(key: int, user: User):
    await run("DELETE FROM notes WHERE id = $1", key)
""",
    "a service that loads the row": _MAIN
    + """
class Items:
    def __init__(self, session):
        self.session = session
    async def change(self, key: int, user_id: int, title: str) -> None:
        item = await self.session.get(Item, key)
        if item is None or item.owner_id != user_id:
            raise HTTPException(404)
        item.title = title
    async def erase(self, key: int) -> None:
        item = await self.session.get(Item, key)
        if item is None:
            raise HTTPException(404)
        await self.session.delete(item)
def get_items(session: SessionDep) -> Items:
    return Items(session)
Service = Annotated[Items, Depends(get_items)]
@router.put("/{item_id}")
async def change(item_id: int, title: str, user: CurrentUser, items: Service):
    await items.change(item_id, user.id, title)
@router.delete("/{item_id}")  # !
async def erase(item_id: int, user: CurrentUser, items: Service):
    await items.erase(item_id)
""",
}

LOOK_ALIKES = {
    "the role is asked elsewhere, or another thing is changed": _MAIN
    + _ADMINS_ONLY
    + """
def refuse(user: User):
    if not user.is_admin:
        raise HTTPException(403)
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    refuse(user)
    await session.delete(await session.get(Item, item_id))
@router.put("/{item_id}")
async def put_item(item_id: int, session: SessionDep, user: User = Depends(require_boss)):
    (await session.get(Item, item_id)).title = "new"
@router.patch("/views/{view_id}")
async def view(view_id: int, user: CurrentUser, session: SessionDep):
    (await session.get(Item, view_id)).title = "seen"
""",
    "a single endpoint asks for a role": _MAIN
    + _ADMINS_ONLY.partition("@router.post")[0]
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    await session.delete(await session.get(Item, item_id))
""",
    "all compare": _MAIN
    + _CHECKED
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get(Item, item_id)
    if item is None or user.id != item.owner_id:
        raise HTTPException(404)
    await session.delete(item)
""",
    "for administrators": _MAIN
    + _CHECKED
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, session: SessionDep, boss: User = Depends(require_boss)):
    item = await session.get_one(Item, item_id)
    await session.delete(item)
@router.put("/{item_id}", dependencies=[Depends(require_boss)])
async def put_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    item.title = "x"
@router.patch("/{item_id}")
async def patch_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    if not user.is_admin:
        raise HTTPException(403)
    item.title = "x"
""",
    "everybody may read": _MAIN
    + """
@router.put("/{item_id}")
async def change(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    if item.owner_id != user.id:
        raise HTTPException(403)
    item.title = "x"
@router.get("/{item_id}")
async def read_item(item_id: int, session: SessionDep):
    item = await session.get_one(Item, item_id)
    return item.title
""",
    "what others may do with it": _MAIN
    + _CHECKED
    + """
@router.delete("/{item_id}/likes")
async def unlike(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    await session.commit()
    return item.title
""",
    "the dependency loads and compares": _MAIN
    + _CHECKED
    + """
async def own_item(item_id: int, user: CurrentUser, session: SessionDep) -> Item:
    item = await session.get(Item, item_id)
    if item is None or item.owner_id != user.id:
        raise HTTPException(404)
    return item
@router.delete("/{item_id}")
async def delete_item(session: SessionDep, item: Item = Depends(own_item)):
    await session.delete(item)
""",
    "another router": _MAIN
    + _CHECKED
    + """
internal = APIRouter(prefix="/internal")
@internal.delete("/{item_id}")
async def delete_item(item_id: int, session: SessionDep):
    item = await session.get_one(Item, item_id)
    await session.delete(item)
""",
    "nobody is asked, which route-without-check tells": _MAIN
    + _CHECKED
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, session: SessionDep):
    item = await session.get_one(Item, item_id)
    await session.delete(item)
""",
    "the owner is in the path, and nobody is the caller": _MAIN
    + """
from fastapi import FastAPI
app = FastAPI()
class Items:
    @staticmethod
    async def of_user(user_id: int, session: AsyncSession):
        return await session.scalar(select(Item).where(Item.owner_id == user_id))
@router.get("/{user_id}")
async def read_item(user_id: int, session: SessionDep):
    item = await Items.of_user(user_id, session)
    return item.title
@router.delete("/{item_id}")
async def delete_item(item_id: int, session: SessionDep):
    item = await session.get_one(Item, item_id)
    await session.delete(item)
app.include_router(router)
""",
    "nobody compares": _MAIN
    + """
@router.delete("/{item_id}")
async def delete_item(item_id: int, user: CurrentUser, session: SessionDep):
    item = await session.get_one(Item, item_id)
    await session.delete(item)
""",
    "statements that name the owner": """
from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
class Chart(Base):
    __tablename__ = "charts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
def get_db() -> Session: ...
def get_current_user(db: Session = Depends(get_db)) -> User: ...
router = APIRouter(prefix="/charts")
@router.get("/{key}")
def show(key: int, me: User = Depends(get_current_user), db: Session = Depends(get_db)):
    chart = db.scalar(select(Chart).where(Chart.id == key, Chart.user_id == me.id))
    if chart is None:
        raise HTTPException(404)
    return chart.id
@router.delete("/{key}")
def drop(key: int, me: User = Depends(get_current_user), db: Session = Depends(get_db)):
    db.execute(delete(Chart).where(Chart.id == key, Chart.user_id == me.id))
@router.put("/{key}")
def other(key: int, me: User = Depends(get_current_user), db: Session = Depends(get_db)):
    db.query(Chart).filter_by(id=key, user_id=me.id).delete()
""",
    "SQL whose owner is compared in Python, or of a table without owners": """
#= store.py
import asyncpg
class Store:
    pool: asyncpg.Pool
    async def one(self, sql: str, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetchrow(sql, *args)
    async def many(self, statement, *args):
        async with self.pool.acquire() as connection:
            return await connection.fetch(statement, *args)
store = Store()
async def run(query: str, *values):
    return await store.pool.execute(query, *values)
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI, Header, HTTPException
from store import run, store
app = FastAPI()
async def current_user(authorization: str = Header()) -> int:
    raise HTTPException(401)
User = Annotated[int, Depends(current_user)]
@app.put("/notes/{key}")
async def change(key: int, text: str, user: User):
    await run("UPDATE notes SET text = $1 WHERE id = $2 AND owner_id = $3", text, key, user)
@app.delete("/notes/{key}")
async def delete(key: int, user: User):
    row = await store.one("SELECT owner_id FROM notes WHERE id = $1", key)
    if row is None or row["owner_id"] != user:
        raise HTTPException(404)
    await run("DELETE FROM notes WHERE id = $1", key)
@app.delete("/tags/{key}")
async def delete_tag(key: int, user: User):
    await run("DELETE FROM tags WHERE id = $1", key)
""",
    "a service that is given the caller": _MAIN
    + """
class Items:
    def __init__(self, session):
        self.session = session
    async def owned(self, key: int, user_id: int) -> Item:
        item = await self.session.get(Item, key)
        if item is None or item.owner_id != user_id:
            raise HTTPException(404)
        return item
    async def erase(self, key: int, user_id: int) -> None:
        await self.session.delete(await self.owned(key, user_id))
def get_items(session: SessionDep) -> Items:
    return Items(session)
Service = Annotated[Items, Depends(get_items)]
@router.put("/{item_id}")
async def change(item_id: int, title: str, user: CurrentUser, items: Service):
    (await items.owned(item_id, user.id)).title = title
@router.delete("/{item_id}")
async def erase(item_id: int, user: CurrentUser, items: Service):
    await items.erase(item_id, user.id)
""",
}

_PARTS = (
    _MAIN.replace(
        "#= deps.py",
        """class Part(Base):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    name: Mapped[str]
#= deps.py""",
    ).replace(
        "from sqlalchemy.orm import D",
        "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import D",
    )
    + _CHECKED
    + """
from models import Part
@router.delete("/parts/{part_id}")MARK
async def delete_part(part_id: int, user: CurrentUser, session: SessionDep):
    part = await session.get(Part, part_id)
    if part is None:
        raise HTTPException(404)
    MORE
    await session.delete(part)
"""
)
FOUND["a row that belongs to one with an owner"] = _PARTS.replace("MARK", "  # !").replace(
    "MORE", "print(part.name)"
)
LOOK_ALIKES["a row that belongs to one with an owner, who is asked"] = _PARTS.replace(
    "MARK", ""
).replace("MORE", "await read_item(part.item_id, user, session)")
LOOK_ALIKES["a row that belongs to one with an owner, in another query"] = _PARTS.replace(
    "MARK", ""
).replace(
    "MORE",
    "if await session.scalar(select(Item).where(Item.id == 1, Item.owner_id == user.id)) is None:\n"
    "        raise HTTPException(404)",
)
