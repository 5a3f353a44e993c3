"""A hero that a client sends."""

from fastapi import FastAPI
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Model(SQLModel, registry=registry()):
    """Tables of this module alone."""


class HeroBase(Model):
    """What a hero has."""

    name: str = Field(max_length=100)
    age: int = Field(ge=0)


class Hero(HeroBase, table=True):
    """The table."""

    id: int | None = Field(default=None, primary_key=True)


app = FastAPI()


@app.post("/heroes")
async def create_hero(body: HeroBase) -> dict[str, object]:
    """Return the row as it would be stored."""
    hero = Hero.model_validate(body)
    return {"id": hero.id, "age": hero.age}
