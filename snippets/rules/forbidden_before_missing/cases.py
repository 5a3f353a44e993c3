"""403 after 404: where it tells which ids exist, and where it does not."""

BAD = ["raise HTTPException(403)", "raise HTTPException(403)"]

_DB = """
#= db.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_admin: Mapped[bool]
def current_user() -> User: ...
"""

FOUND = {
    "names of the status, an administrator excepted": _DB
    + """
#= main.py
from fastapi import APIRouter, Depends, HTTPException, status
from db import Item, User, current_user
router = APIRouter()
@router.get("/items/{item_id}")
async def read(item_id: int, session, user: User = Depends(current_user)):
    item = await session.get(Item, item_id)
    if not item:
        raise HTTPException(status_code=status.HTTP_404_NOT_FOUND, detail="No item")
    if not user.is_admin and item.owner_id != user.id:
        raise HTTPException(status_code=status.HTTP_403_FORBIDDEN)  # !
    return {"id": item.id}
""",
    "a dependency of a GET, a statement with a name": _DB
    + """
#= main.py
from http import HTTPStatus
import fastapi as fa
from sqlalchemy import select
from db import Item, current_user
app = fa.FastAPI()
async def owned(session, item_id: int = fa.Path(ge=1), user=fa.Depends(current_user)):
    statement = select(Item).where(Item.id == item_id)
    item = (await session.execute(statement)).scalar_one_or_none()
    if item is None:
        raise fa.HTTPException(HTTPStatus.NOT_FOUND)
    if user.id != item.owner_id:
        raise fa.HTTPException(HTTPStatus.FORBIDDEN)  # !
    return item
@app.get("/items/{item_id}", response_model=None)
async def read(item=fa.Depends(owned)):
    return {}
""",
    "exceptions of the program, in a service": _DB
    + """
#= errors.py
class AppError(Exception):
    status_code = 500
class NotFound(AppError):
    status_code = 404
class Forbidden(AppError):
    status_code = 403
#= service.py
import errors
from db import Item
class Items:
    def get(self, session, item_id: int, user):
        item = session.query(Item).filter(Item.id == item_id).first()
        if item is None:
            raise errors.NotFound()
        if not self.may_read(user, item):
            raise errors.Forbidden("not yours")  # !
        return item
    def may_read(self, user, item): ...
#= main.py
from fastapi import FastAPI
from service import Items
app = FastAPI()
items = Items()
@app.get("/items/{item_id}", response_model=None)
def read(item_id: int, session, user):
    return {"id": items.get(session, item_id, user).id}
""",
    "the id itself is compared, after the lookup": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI, HTTPException, Path
from starlette.exceptions import HTTPException as Refused
from db import User, current_user
app = FastAPI()
@app.get("/users/{user_id}")
def read(user_id: Annotated[int, Path(ge=1)], session, viewer: Annotated[User, Depends(current_user)]):
    user = session.get(User, user_id)
    if user is None:
        raise HTTPException(404, "no such user")
    if user_id != viewer.id:
        raise Refused(403)  # !
    return {"id": user.id}
""",
    "a function that one caller asks about anybody": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item
app = FastAPI()
def account_id() -> int: ...
def allowed(session, number: int, caller: int):
    account = session.get(Item, number)
    if account is None:
        raise HTTPException(404)
    if account.owner_id != caller:
        raise HTTPException(403)  # !
    return account
@app.get("/me")
def me(session, caller: int = Depends(account_id)):
    return {"id": allowed(session, caller, caller).id}
@app.get("/accounts/{number}")
def read(number: int, session, caller: int = Depends(account_id)):
    return {"id": allowed(session, number, caller).id}
""",
    "an exception that passes its status up, elif": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
class Missing(HTTPException):
    def __init__(self):
        super().__init__(status_code=404)
class Denied(HTTPException):
    def __init__(self):
        super().__init__(403, "denied")
@app.get("/items/{item_id}")
def read(item_id: int, session, user=Depends(current_user)):
    item = session.get(Item, item_id)
    if not item:
        raise Missing
    elif item.owner_id not in user.teams:
        raise Denied()  # !
    return {"id": item.id}
""",
}

LOOK_ALIKES = {
    "404 to both": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
@app.get("/items/{item_id}")
def read(item_id: int, session, user=Depends(current_user)):
    item = session.get(Item, item_id)
    if item is None or item.owner_id != user.id:
        raise HTTPException(404)
    return {"id": item.id}
""",
    "refused before the lookup": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import User, current_user
app = FastAPI()
@app.get("/users/{user_id}")
def read(user_id: int, session, viewer=Depends(current_user)):
    if user_id != viewer.id:
        raise HTTPException(403)
    user = session.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    return {"id": user.id}
""",
    "a UUID, which nobody counts": _DB
    + """
#= main.py
from uuid import UUID
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
@app.get("/items/{item_id}")
def read(item_id: UUID, session, user=Depends(current_user)):
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    if item.owner_id != user.id:
        raise HTTPException(403)
    return {"id": item.id}
""",
    "a row that everybody may read": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
@app.get("/items/{item_id}")
def read(item_id: int, session):
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    return {"id": item.id}
@app.delete("/items/{item_id}")
def delete(item_id: int, session, user=Depends(current_user)):
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    if item.owner_id != user.id:
        raise HTTPException(403)
    session.delete(item)
""",
    "the caller's right, whatever the row": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
@app.get("/items/{item_id}")
def read(item_id: int, session, user=Depends(current_user)):
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    if not user.is_admin:
        raise HTTPException(403)
    return {"id": item.id}
""",
    "the state of the row": _DB
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from db import Item
app = FastAPI()
@app.get("/items/{item_id}")
def read(item_id: int, session):
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    if item.state == "locked" or not item.is_public:
        raise HTTPException(403)
    return {"id": item.id}
""",
    "the caller's own row": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
@app.get("/mine")
def mine(session, user=Depends(current_user)):
    item = session.get(Item, user.id)
    if item is None:
        raise HTTPException(404)
    if item.owner_id != user.id:
        raise HTTPException(403)
    return {"id": item.id}
""",
    "a function that all callers ask about the caller of the request": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from db import Item, current_user
app = FastAPI()
def account_id() -> int: ...
def demand(session, number: int, rank: int):
    account = session.get(Item, number)
    if account is None:
        raise HTTPException(404)
    if account.rank < rank:
        raise HTTPException(403)
@app.get("/reports")
def reports(session, caller: int = Depends(account_id)):
    demand(session, caller, 3)
    return []
@app.get("/totals")
def totals(session, user=Depends(current_user)):
    demand(session, number=user.id, rank=2)
    return []
""",
}
