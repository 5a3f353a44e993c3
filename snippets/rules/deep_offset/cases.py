"""OFFSETs that a client chooses: as deep as it likes, or not."""

BAD = ["session: SessionDep, offset: Offset = 0, limit: Limit = 20"]

_TABLE = """
#= tables.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

_OWNED = _TABLE + "    owner_id: Mapped[int]\n"

FOUND = {
    "the rows of anybody, by a person where one is named, or by kind": _OWNED
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
def rows(session, owner: int | None = None, skip: int = 0):  # !
    query = select(Row)
    if owner:
        query = query.where(Row.owner_id == owner)
    return session.scalars(query.offset(skip).limit(20))
@app.get("/others")
def others(session, owner: int, skip: int = 0):  # !
    return session.scalars(select(Row).where(Row.owner_id != owner).offset(skip).limit(20))
@app.get("/joined")
def joined(session, owner: int, skip: int = 0):  # !
    query = select(Row).outerjoin(Like, Like.user_id == owner)
    query = query.where(Row.id.in_(select(Like.row_id).where(Like.user_id == owner)))
    return session.scalars(query.offset(skip).limit(20))
@app.get("/rows/{kind}")
def get_rows_by_type(session, kind: int, skip: int = 0):  # !
    return session.scalars(select(Row).where(Row.id == kind).offset(skip).limit(20))
""",
    "a bare integer of a legacy query": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from tables import Row
from sqlalchemy.orm import Session
app = FastAPI()
@app.get("/rows")
def rows(db: Session, skip: int = 0):  # !
    return db.query(Row).offset(skip).limit(10).all()
""",
    "a page number, not its size": _TABLE
    + """
#= main.py
from fastapi import FastAPI, Query
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
async def rows(
    session,
    page: int = Query(1, ge=1),  # !
    size: int = Query(10, ge=1, le=100),
):
    start = (page - 1) * size
    return await session.scalars(select(Row).offset(start).limit(size))
""",
    "through a function of another module": _TABLE
    + """
#= store.py
import sqlalchemy as sa
from tables import Row
async def listed(session, offset, limit):
    return await session.scalars(sa.select(Row).limit(limit).offset(offset))
#= main.py
from fastapi import APIRouter, Query as Q
from store import listed as rows_of
router = APIRouter()
@router.get("/rows")
async def rows(session, start: int = Q(0, ge=0)):  # !
    return await rows_of(session, start, 20)
""",
    "a schema with an inherited field": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import select
from tables import Row
app = FastAPI()
class Page(BaseModel):
    page_num: int = 1  # !
class RowPage(Page):
    name: str = ""
@app.get("/rows")
async def rows(session, page: Annotated[RowPage, Query()]):
    return await session.scalars(select(Row).offset((page.page_num - 1) * 20).limit(20))
""",
    "a bound beyond the million, in an alias of a dependency": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI, Query
from sqlmodel import select
from tables import Row
app = FastAPI()
Skip = Annotated[int, Query(ge=0, le=100_000_000)]
class Paging:
    def __init__(self, skip: Skip = 0) -> None:  # !
        self.skip = max(skip, 0)
@app.get("/rows")
def rows(session, paging: Paging = Depends()):
    return session.exec(select(Row).offset(paging.skip)).all()
""",
    "filters of a person where one is named, or of a kind": _OWNED
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
def rows(session, owner: int | None = None, skip: int = 0):  # !
    filters = [Row.id > 0]
    if owner:
        filters.append(Row.owner_id == owner)
    return session.scalars(select(Row).where(*filters).offset(skip).limit(20))
@app.get("/kinds")
def kinds(session, kind: int, skip: int = 0):  # !
    return session.query(Row).filter_by(kind_id=kind).offset(skip).limit(20)
@app.get("/counted")
def counted(session, user=Depends(), skip: int = 0):  # !
    filters = [Row.owner_id == user.id]
    count = session.scalar(select(Row.id).where(*filters))
    return count, session.scalars(select(Row).offset(skip).limit(20)).all()
""",
    "others are refused something else, or may see what is theirs": _OWNED
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
def rows(session, hidden: bool = False, user=Depends(), skip: int = 0):  # !
    if hidden and not user.is_admin:
        raise HTTPException(403)
    return session.scalars(select(Row).offset(skip).limit(20))
@app.get("/others")
def others(session, user=Depends(), skip: int = 0):  # !
    if user.is_admin:
        raise HTTPException(403)
    return session.scalars(select(Row).offset(skip).limit(20))
""",
}

LOOK_ALIKES = {
    "filters of one person": _OWNED
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/listed")
def listed(session, new: bool = False, user=Depends(), skip: int = 0):
    filters = [Row.owner_id == user.id]
    if new:
        filters.append(Row.id > 1000)
    return session.scalars(select(Row).where(*filters).offset(skip).limit(20))
@app.get("/appended")
def appended(session, user=Depends(), skip: int = 0):
    filters = []
    filters.append(Row.owner_id == user.id)
    return session.query(Row).filter(*filters).offset(skip).limit(20)
@app.get("/named")
def named(session, user=Depends(), skip: int = 0):
    return session.query(Row).filter_by(owner_id=user.id).offset(skip).limit(20)
""",
    "a table to choose from, as its model says": """
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class ProductCategory(Base):
    __tablename__ = "kinds"
    id: Mapped[int] = mapped_column(primary_key=True)
app = FastAPI()
@app.get("/kinds")
def kinds(session, skip: int = 0):
    return session.scalars(select(ProductCategory).offset(skip).limit(20))
@app.get("/all")
def everything(session, skip: int = 0):
    return session.query(ProductCategory).offset(skip).limit(20).all()
""",
    "all but administrators are refused": _OWNED
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
def rows(session, user=Depends(), skip: int = 0):
    if not user.is_superuser:
        raise HTTPException(403)
    return session.scalars(select(Row).offset(skip).limit(20))
@app.get("/others")
def others(session, user=Depends(), skip: int = 0):
    if user.role != "admin":
        raise HTTPException(403)
    return session.scalars(select(Row).offset(skip).limit(20))
""",
    "a service for few people": """
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI(title="Home inventory")
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
@app.get("/items")
def items(session: Session, skip: int = 0):
    return session.scalars(select(Item).offset(skip).limit(10)).all()
""",
    "a list for administrators": _TABLE
    + """
#= main.py
from fastapi import APIRouter
from sqlalchemy import select
from tables import Row
router = APIRouter(prefix="/admin/rows")
@router.get("")
async def rows(session, offset: int = 0):
    return await session.scalars(select(Row).offset(offset).limit(20))
""",
    "a dependency that lets administrators in": _TABLE
    + """
#= main.py
from fastapi import APIRouter, Depends
from sqlalchemy import select
from tables import Row
router = APIRouter()
def require_admin(): ...
@router.get("/rows", dependencies=[Depends(require_admin)])
async def rows(session, offset: int = 0):
    return await session.scalars(select(Row).offset(offset).limit(20))
""",
    "a user who is an administrator": _TABLE
    + """
#= main.py
from fastapi import APIRouter
from sqlalchemy import select
from tables import Row
from users import CurrentSuperuser
router = APIRouter()
@router.get("/rows")
async def rows(session, user: CurrentSuperuser, offset: int = 0):
    return await session.scalars(select(Row).offset(offset).limit(20))
""",
    "SCIM": _TABLE
    + """
#= main.py
from fastapi import APIRouter, Query
from sqlalchemy import select
from tables import Row
router = APIRouter()
@router.get("/Users")
async def rows(session, start: int = Query(1, alias="startIndex")):
    return await session.scalars(select(Row).offset(start - 1).limit(20))
""",
    "JSON:API": _TABLE
    + """
#= main.py
from fastapi import APIRouter, Query
from sqlalchemy import select
from tables import Row
router = APIRouter()
@router.get("/rows")
async def rows(session, start: int = Query(0, alias="page[offset]")):
    return await session.scalars(select(Row).offset(start).limit(20))
""",
    "a bound that helps": _TABLE
    + """
#= main.py
from typing import Annotated
from fastapi import FastAPI, Query
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
async def rows(session, offset: Annotated[int, Query(ge=0, le=10_000)] = 0):
    return await session.scalars(select(Row).offset(offset).limit(20))
""",
    "keyset pages": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
async def rows(session, offset: int = 0):
    return await session.scalars(select(Row).where(Row.id > offset).limit(20))
""",
    "refused when deep": _TABLE
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/rows")
async def rows(session, offset: int = 0):
    if offset > 10_000:
        raise HTTPException(422)
    return await session.scalars(select(Row).offset(offset).limit(20))
""",
    "a constant": _TABLE
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
@app.get("/second")
async def second(session, n: int = 1):
    return await session.scalars(select(Row).offset(20).limit(20))
""",
    "offset() of something else": """
from fastapi import FastAPI
import pendulum
from elasticsearch_dsl import Search
app = FastAPI()
@app.get("/a")
async def a(offset: int = 0):
    return Search().offset(offset), pendulum.now().offset(offset)
""",
    "a job's own position": _TABLE
    + """
#= main.py
from sqlalchemy import select
from tables import Row
async def export(session):
    for start in range(0, 1_000_000, 1000):
        yield await session.scalars(select(Row).offset(start).limit(1000))
async def part(session, offset: int):
    return await session.scalars(select(Row).offset(offset).limit(1000))
""",
    "the rows of one person": _OWNED
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from tables import Row
app = FastAPI()
def own(session, owner, offset):
    query = select(Row).where(Row.owner_id == owner)
    return session.scalars(query.offset(offset).limit(20))
@app.get("/chained")
def chained(session, user=Depends(), offset: int = 0):
    found = select(Row).where(Row.owner_id == user.id, Row.id > 0).order_by(Row.id)
    rows = select(Row).filter(Row.owner_id == user.id).offset(offset).limit(20)
    return session.scalars(rows), found
@app.get("/mine")
def mine(session, user=Depends(), offset: int = 0):
    return own(session, user.id, offset)
""",
    "tables to choose from": _OWNED
    + """
#= main.py
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from tables import Row
app = FastAPI()
router = APIRouter(prefix="/order-types")
class RolePageParams(BaseModel):
    page: int = 0
@router.get("")
def listed(session, skip: int = 0):
    return session.scalars(select(Row).offset(skip).limit(20))
@app.get("/api")
def list_countries(session, skip: int = 0):
    return session.scalars(select(Row).offset(skip).limit(20))
@app.get("/all")
def everything(session, params: RolePageParams):
    return session.scalars(select(Row).offset(params.page).limit(20))
""",
    "superadmins": _OWNED
    + """
#= app/superadmin/lists.py
from fastapi import APIRouter
from sqlalchemy import select
from tables import Row
router = APIRouter()
@router.get("/shops")
def shops(session, skip: int = 0):
    return session.scalars(select(Row).offset(skip).limit(20))
""",
}
