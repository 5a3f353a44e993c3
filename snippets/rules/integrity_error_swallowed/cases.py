"""Errors that are passed over: in a loop, in a function, in an endpoint."""

BAD = ["await session.rollback()"]

_MAIN = """
import logging
from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import insert, select
from sqlalchemy import exc
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
logger = logging.getLogger(__name__)
router = APIRouter()
maker = async_sessionmaker()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
"""

FOUND = {
    "the module of errors, then continue": _MAIN
    + """
def load(session: Session, emails: list[str]) -> None:
    for email in emails:
        session.add(User(email=email))
        try:
            session.flush()
        except exc.IntegrityError:
            logger.warning("there already")
            session.rollback()  # !
            continue
    session.commit()
""",
    "a statement, and any error": _MAIN
    + """
async def load(session: AsyncSession, emails: list[str]) -> int:
    failed = 0
    for email in emails:
        try:
            await session.execute(insert(User).values(email=email))
        except Exception:
            failed += 1
            await session.rollback()  # !
    await session.commit()
    return failed
""",
    "a function that is called in a loop": _MAIN
    + """
async def store(session: AsyncSession, email: str) -> bool:
    stored = True
    try:
        session.add(User(email=email))
        await session.flush()
    except IntegrityError:
        stored = False
        await session.rollback()  # !
    return stored
@router.post("/users/import")
async def load(emails: list[str], session: AsyncSession = Depends()):
    return {"added": sum([await store(session, "first")])} if not emails else await many(session, emails)
async def many(session: AsyncSession, emails: list[str]):
    added = 0
    for email in emails:
        if await store(session, email):
            added += 1
    return added
""",
    "what works goes on to the next": _MAIN
    + """
async def load(session: AsyncSession, emails: list[str]) -> None:
    for email in emails:
        try:
            session.add(User(email=email))
            await session.flush()
            continue
        except IntegrityError:
            await session.rollback()  # !
""",
    "the session of a repository": _MAIN
    + """
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def load(self, emails: list[str]) -> None:
        for email in emails:
            try:
                self.session.add(User(email=email))
                await self.session.flush()
            except (IntegrityError, ValueError) as error:
                logger.info("skipped: %s", error)
                await self.session.rollback()  # !
""",
    "an endpoint that answers all the same": _MAIN
    + """
@router.post("/users")
async def create(email: str, session: AsyncSession = Depends()):
    user = User(email=email)
    try:
        session.add(user)
        await session.commit()
    except SQLAlchemyError:  # !
        logger.exception("not stored")
        await session.rollback()
    return {"email": email}
""",
    "pass": _MAIN
    + """
@router.put("/users/{key}")
def change(key: int, email: str, session: Session = Depends()):
    session.get_one(User, key).email = email
    try:
        session.flush()
    except IntegrityError:  # !
        pass
    return {"email": email}
""",
}

LOOK_ALIKES = {
    "each turn has a unit of work": """
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from tasks import send
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
async def get_db():
    async with Maker() as session:
        yield session
        await session.commit()
class Work:
    def __init__(self, session: AsyncSession = Depends(get_db)):
        self.session = session
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        await self.end(kind)
    async def end(self, kind):
        if kind is None:
            await self.session.commit()
        else:
            await self.session.rollback()
async def store(names, session: AsyncSession):
    for name in names:
        try:
            async with Work(session):
                session.add(User(name=name))
        except IntegrityError:
            await session.rollback()
""",
    "a savepoint": _MAIN
    + """
async def load(session: AsyncSession, emails: list[str]) -> None:
    for email in emails:
        nested = await session.begin_nested()
        try:
            session.add(User(email=email))
            await session.flush()
        except IntegrityError:
            await nested.rollback()
    await session.commit()
""",
    "each row is committed": _MAIN
    + """
async def load(session: AsyncSession, emails: list[str]) -> None:
    for email in emails:
        try:
            session.add(User(email=email))
            await session.commit()
        except IntegrityError:
            await session.rollback()
""",
    "each turn has a session": _MAIN
    + """
async def load(emails: list[str]) -> None:
    for email in emails:
        async with maker() as session:
            try:
                session.add(User(email=email))
                await session.flush()
            except IntegrityError:
                await session.rollback()
""",
    "all of it fails": _MAIN
    + """
async def load(session: AsyncSession, emails: list[str]) -> None:
    for email in emails:
        try:
            session.add(User(email=email))
            await session.flush()
        except IntegrityError as error:
            await session.rollback()
            raise HTTPException(409, email) from error
""",
    "a conflict is answered": _MAIN
    + """
@router.post("/users")
async def create(email: str, session: AsyncSession = Depends()):
    try:
        session.add(User(email=email))
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(409) from None
    except SQLAlchemyError:
        logger.exception("broken")
        raise
    return {"email": email}
""",
    "the row that is there is answered": _MAIN
    + """
@router.post("/users")
async def create(email: str, session: AsyncSession = Depends()):
    user = User(email=email)
    try:
        session.add(user)
        await session.commit()
    except IntegrityError:
        await session.rollback()
        user = await session.scalar(select(User).where(User.email == email))
    return user.email
""",
    "tried again": _MAIN
    + """
async def numbered(session: AsyncSession, email: str) -> User:
    while True:
        user = User(email=email)
        try:
            session.add(user)
            await session.commit()
            return user
        except IntegrityError:
            await session.rollback()
""",
    "the success is returned in the try": _MAIN
    + """
@router.post("/users")
async def create(email: str, session: AsyncSession = Depends()):
    try:
        session.add(User(email=email))
        await session.commit()
        return {"stored": True}
    except IntegrityError:
        await session.rollback()
    return {"stored": False}
""",
    "what matters is stored before": _MAIN
    + """
@router.post("/users")
async def create(email: str, session: AsyncSession = Depends()):
    session.add(User(email=email))
    await session.commit()
    try:
        session.add(User(email="log"))
        await session.commit()
    except Exception:
        logger.debug("not counted")
    return {"email": email}
""",
    "a flag beside the answer": _MAIN
    + """
@router.post("/login")
def login(user: User, session: Session):
    user.must_change_password = True
    try:
        session.commit()
    except Exception as error:
        logger.warning("not marked: %s", error)
    raise HTTPException(403)
""",
    "tried again, and stored by who calls": _MAIN
    + """
async def numbered(session: AsyncSession, email: str) -> User:
    for attempt in range(5):
        user = User(email=f"{attempt}{email}")
        try:
            session.add(user)
            await session.flush()
            return user
        except IntegrityError:
            await session.rollback()
            continue
    raise HTTPException(409)
""",
    "each row is committed, two calls down": _MAIN
    + """
async def write(session: AsyncSession, user: User) -> None:
    session.add(user)
    await session.commit()
async def store(session: AsyncSession, email: str) -> None:
    await write(session, User(email=email))
async def load_one(session: AsyncSession, email: str) -> None:
    session.add(User(email=email))
    await store(session, email)
async def load(session: AsyncSession, emails: list[str]) -> None:
    for email in emails:
        try:
            session.add(User(email=email))
            await load_one(session, email)
        except IntegrityError:
            await session.rollback()
""",
}
