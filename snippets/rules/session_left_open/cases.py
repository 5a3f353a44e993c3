"""Sessions of dependencies: how they are opened, and what closes them."""

BAD = ["yield session", "session = next(get_db())"]

_APP = """
import os
from contextlib import closing
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_engine(os.environ["URL"])
Maker = sessionmaker(engine)
AsyncMaker = async_sessionmaker(create_async_engine(os.environ["URL"]))
app = FastAPI()
"""

_PROPER = """
def get_db():
    db = Maker()
    try:
        yield db
    finally:
        db.close()
"""

FOUND = {
    "nothing closes it": _APP
    + """
def get_db():
    db = Maker()
    yield db  # !
@app.get("/a")
def a(db: Session = Depends(get_db)):
    return db.scalar(text("SELECT 1"))
""",
    "a class of SQLAlchemy, and SQLModel": """
import os
from fastapi import Depends, FastAPI
from sqlmodel import Session, create_engine
engine = create_engine(os.environ["URL"])
app = FastAPI()
def get_session():
    session = Session(engine)
    yield session  # !
    session.close()
@app.get("/a")
def a(session: Session = Depends(get_session)):
    return 1
""",
    "of an async session, with a commit": _APP
    + """
async def get_db():
    session = AsyncMaker()
    yield session  # !
    await session.commit()
    await session.close()
@app.get("/a")
async def a(session: AsyncSession = Depends(get_db)):
    return 1
""",
    "a handler of one error only": _APP
    + """
def get_db():
    db = Maker()
    try:
        yield db  # !
    except ValueError:
        db.rollback()
    db.close()
@app.get("/a")
def a(db: Session = Depends(get_db)):
    return 1
""",
    "a generator that nobody keeps": _APP
    + _PROPER
    + """
@app.get("/a")
def a():
    db = next(get_db())  # !
    return db.scalar(text("SELECT 1"))
def lookup():
    return next(get_db()).scalar(text("SELECT 1"))  # !
@app.get("/b")
def b():
    return lookup()
""",
    "in a middleware, and of an async generator": _APP
    + """
async def get_session():
    async with AsyncMaker() as session:
        yield session
@app.middleware("http")
async def log(request, call_next):
    session = await anext(get_session())  # !
    await session.execute(text("SELECT 1"))
    return await call_next(request)
""",
}

LOOK_ALIKES = {
    "finally": _APP
    + _PROPER
    + """
@app.get("/a")
def a(db: Session = Depends(get_db)):
    return 1
""",
    "with": _APP
    + """
def get_db():
    with Maker() as db:
        yield db
def get_other():
    db = Maker()
    with db:
        yield db
def get_third():
    with closing(Maker()) as db:
        yield db
@app.get("/a")
def a(db: Session = Depends(get_db), c=Depends(get_other), d=Depends(get_third)):
    return 1
""",
    "a rollback after each error, which gives the connection back": _APP
    + """
def get_db():
    db = Maker()
    try:
        yield db
        db.commit()
    except Exception:
        db.rollback()
        raise
@app.get("/a")
def a(db: Session = Depends(get_db)):
    return 1
""",
    "a generator that is kept and closed": _APP
    + _PROPER
    + """
@app.get("/a")
def a():
    sessions = get_db()
    db = next(sessions)
    try:
        return db.scalar(text("SELECT 1"))
    finally:
        sessions.close()
""",
    "the next of something else": _APP
    + """
def numbers():
    yield 1
@app.get("/a")
def a():
    return next(numbers()) + next(iter([1]))
""",
    "a generator of which only the engine is asked": _APP
    + _PROPER
    + """
@app.get("/a")
def a():
    with Session(next(get_db()).bind) as db:
        return db.scalar(text("SELECT 1"))
""",
    "a script": _APP
    + _PROPER
    + """
#= seed.py
from main import get_db
def main():
    db = next(get_db())
    db.commit()
if __name__ == "__main__":
    main()
""",
}
