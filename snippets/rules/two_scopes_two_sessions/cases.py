"""Two sessions in one request: where the two scopes stand."""

BAD = ["session: Annotated[AsyncSession, Depends(get_db)],"]
BESIDES = {"commit-after-response"}

_DB = """
#= db.py
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_db():
    async with maker() as session:
        yield session
"""

FOUND = {
    "in the endpoint itself, under other names": _DB
    + """
#= main.py
import fastapi as fa
from db import AsyncSession, get_db as session_of
app = fa.FastAPI()
@app.get("/")
async def read(
    one: AsyncSession = fa.Depends(session_of, scope="function"),
    two: AsyncSession = fa.Depends(session_of),  # !
) -> None: ...
""",
    "the endpoint's is the request's": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from db import AsyncSession, get_db
app = FastAPI()
Late = Annotated[AsyncSession, Depends(get_db)]  # !
async def user(session: Annotated[AsyncSession, Depends(get_db, scope="function")]) -> str:
    return "me"
@app.get("/")
async def read(session: Late, me: Annotated[str, Depends(user)]) -> None: ...
""",
    "said to be the request's, two dependencies deep": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import APIRouter, Depends
from db import AsyncSession, get_db
router = APIRouter()
def token(session=Depends(get_db, scope="request")) -> str:  # !
    return "t"
def user(token: str = Depends(token)) -> str:
    return token
@router.get("/")
async def read(
    me: Annotated[str, Depends(user)],
    session: Annotated[AsyncSession, Depends(get_db, scope="function")],
) -> None: ...
""",
    "in the dependencies of the router": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import APIRouter, Depends
from db import AsyncSession, get_db
def check(session: AsyncSession = Depends(get_db)) -> None: ...  # !
router = APIRouter(dependencies=[Depends(check)])
@router.get("/")
async def read(session: Annotated[AsyncSession, Depends(get_db, scope="function")]) -> None: ...
""",
    "in a class, not async": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
app = FastAPI()
def get_db():
    with Session(create_engine("postgresql://db/app")) as session:
        yield session
class Users:
    def __init__(self, session: Session = Depends(get_db)) -> None:  # !
        self.session = session
@app.get("/")
def read(users: Users = Depends(), db: Session = Depends(get_db, scope="function")) -> None: ...
""",
}

LOOK_ALIKES = {
    "one alias": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from db import AsyncSession, get_db
app = FastAPI()
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
async def user(session: SessionDep) -> str:
    return "me"
@app.get("/")
async def read(session: SessionDep, me: Annotated[str, Depends(user)]) -> None: ...
""",
    "both of the request": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from db import AsyncSession, get_db
app = FastAPI()
async def user(session: Annotated[AsyncSession, Depends(get_db)]) -> str:
    return "me"
@app.get("/")
async def read(session: AsyncSession = Depends(get_db, scope="request"), me: str = Depends(user)): ...
""",
    "in different endpoints": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from db import AsyncSession, get_db
app = FastAPI()
@app.get("/a")
async def a(session: Annotated[AsyncSession, Depends(get_db, scope="function")]) -> None: ...
@app.get("/b")
async def b(session: Annotated[AsyncSession, Depends(get_db)]) -> None: ...
""",
    "a second function for the audit log": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from db import AsyncSession, get_db, maker
app = FastAPI()
async def get_audit_db():
    async with maker() as session:
        yield session
@app.get("/")
async def read(
    session: Annotated[AsyncSession, Depends(get_db, scope="function")],
    audit: Annotated[AsyncSession, Depends(get_audit_db)],
) -> None: ...
""",
    "no session": """
from typing import Annotated
from fastapi import Depends, FastAPI
app = FastAPI()
def get_file():
    with open("a") as file:
        yield file
@app.get("/")
def read(one: Annotated[object, Depends(get_file, scope="function")], two=Depends(get_file)): ...
""",
    "a function that does not yield": """
from typing import Annotated
from fastapi import Depends, FastAPI, Request
from sqlalchemy.orm import Session
app = FastAPI()
def get_db(request: Request) -> Session:
    return request.state.session
@app.get("/")
def read(
    one: Annotated[Session, Depends(get_db, scope="function")],
    two: Annotated[Session, Depends(get_db)],
) -> None: ...
""",
}
