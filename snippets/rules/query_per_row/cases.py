"""Queries in loops over rows: how the rows are loaded, and how each turn asks."""

BAD = ["author = await session.get_one(Author, book.author_id)"]

_MODELS = """
#= models.py
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
"""
_MAIN = (
    _MODELS
    + """
#= main.py
import asyncio
from fastapi import APIRouter, Depends
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from models import Author, Book
router = APIRouter()
"""
)

FOUND = {
    "a synchronous query": _MAIN
    + """
@router.get("/books")
def read(session: Session = Depends()):
    found = []
    for book in session.query(Book).filter(Book.id > 3).all():
        author = session.query(Author).filter(Author.id == book.author_id).first()  # !
        found.append((book.id, author.name))
    return found
""",
    "a statement in a variable": _MAIN
    + """
@router.get("/authors")
async def read(session: AsyncSession = Depends()):
    result = await session.execute(select(Author).limit(50))
    authors = result.scalars().all()
    counts = {}
    for author in authors:
        query = select(func.count()).select_from(Book).where(Book.author_id == author.id)
        counts[author.id] = await session.scalar(query)  # !
    return counts
""",
    "a comprehension, and a function that asks": _MAIN
    + """
async def name_of(session: AsyncSession, key: int) -> str:
    author = await session.get_one(Author, key)
    return author.name
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    return [await name_of(session, book.author_id) for book in books]  # !
""",
    "repositories": _MAIN
    + """
class Books:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def all(self) -> list[Book]:
        return list((await self.session.scalars(select(Book))).all())
    async def author(self, book: Book) -> Author | None:
        return await self.session.get(Author, book.author_id)
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = Books(session)
    found = []
    for book in await books.all():
        found.append(await books.author(book))  # !
    return found
""",
    "refreshed one by one": _MAIN
    + """
@router.post("/books")
async def touch(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    await session.commit()
    for book in books:
        await session.refresh(book)  # !
    return len(books)
""",
    "a stream": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    found = {}
    async for book in await session.stream_scalars(select(Book)):
        found[book.id] = (await session.execute(select(Author).where(Author.id == book.author_id))).one()  # !
    return found
""",
}

LOOK_ALIKES = {
    "one query with in_": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    ids = {book.author_id for book in books}
    authors = await session.scalars(select(Author).where(Author.id.in_(ids)))
    return [author.name for author in authors]
""",
    "rows of a join": _MAIN
    + """
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    rows = await session.execute(select(Book, Author).join(Author))
    return [(book.id, author.name) for book, author in rows]
""",
    "each turn writes": _MAIN
    + """
@router.post("/books")
async def move(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        await session.execute(update(Book).where(Book.id == book.id).values(author_id=1))
        await session.delete(book)
""",
    "what was sent, not rows": _MAIN
    + """
@router.post("/books")
async def create(keys: list[int], session: AsyncSession = Depends()):
    for key in keys:
        author = await session.get(Author, key)
    books = (await session.scalars(select(Book))).all()
    for book in books:
        print(book.id)
    return author
""",
    "a short list": _MAIN
    + """
@router.get("/top")
async def top(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book).limit(3))).all():
        await session.get(Author, book.author_id)
""",
    "not for a request": _MAIN
    + """
async def nightly(session: AsyncSession):
    for book in (await session.scalars(select(Book))).all():
        await session.get(Author, book.author_id)
""",
    "kept once it is known": _MAIN
    + """
known: dict[int, str] = {}
async def name_of(session: AsyncSession, key: int) -> str:
    if key not in known:
        known[key] = (await session.get_one(Author, key)).name
    return known[key]
@router.get("/books")
async def read(session: AsyncSession = Depends()):
    books = (await session.scalars(select(Book))).all()
    return [await name_of(session, book.author_id) for book in books]
""",
    "a function that writes": _MAIN
    + """
async def move(session: AsyncSession, book: Book) -> None:
    author = (await session.scalars(select(Author).where(Author.id == book.author_id))).one()
    author.name = "x"
    await session.commit()
@router.post("/books")
async def move_all(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        await move(session, book)
""",
}
