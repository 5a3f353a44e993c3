from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

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
    page = select(Article).order_by(Article.id.desc()).limit(limit).offset(offset)
    articles = list(await session.scalars(page.options(joinedload(Article.author))))
    ids = [article.id for article in articles]
    shown = select(
        Comment.article_id, func.count().label("number"), func.max(Comment.id).label("latest")
    ).where(Comment.article_id.in_(ids), ~Comment.hidden)
    counts = shown.group_by(Comment.article_id).subquery()
    query = select(counts.c.article_id, counts.c.number, Comment.text).join(
        Comment, Comment.id == counts.c.latest
    )
    comments = {key: (number, text) for key, number, text in await session.execute(query)}
    result = []
    for article in articles:
        number, latest = comments.get(article.id, (0, None))
        result.append(
            ArticleOut(
                id=article.id,
                title=article.title,
                author=article.author.name if article.author else None,
                comments=number,
                latest=latest,
            )
        )
    return result
