from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import func, select

from app.db import SessionDep, engine
from app.models import Article, Author, Base, Comment


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(title="Magazine", lifespan=lifespan)


class NewArticle(BaseModel):
    title: str
    author: str | None = None
    comments: list[str] = []


class ArticleOut(BaseModel):
    id: int
    title: str
    author: str | None
    comments: int
    latest: str | None


@app.post("/articles", status_code=201)
async def publish(new: NewArticle, session: SessionDep) -> dict[str, int]:
    article = Article(title=new.title)
    if new.author:
        query = select(Author).where(Author.name == new.author)
        article.author = await session.scalar(query) or Author(name=new.author)
    hidden = [text.startswith("spam") for text in new.comments]
    pairs = zip(new.comments, hidden, strict=True)
    article.comments = [Comment(text=text, hidden=is_hidden) for text, is_hidden in pairs]
    session.add(article)
    await session.commit()
    return {"id": article.id}


@app.get("/articles", response_model=list[ArticleOut])
async def list_articles(
    session: SessionDep,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> list[ArticleOut]:
    shown = (Comment.article_id == Article.id) & ~Comment.hidden
    number = select(func.count()).select_from(Comment).where(shown).scalar_subquery()
    latest = select(Comment.text).where(shown).order_by(Comment.id.desc()).limit(1)
    query = (
        select(
            Article.id,
            Article.title,
            Author.name.label("author"),
            number.label("comments"),
            latest.scalar_subquery().label("latest"),
        )
        .outerjoin(Author)
        .order_by(Article.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [ArticleOut(**row) for row in (await session.execute(query)).mappings()]
