"""Tables of SQLModel as bodies."""

BAD = ["async def create_hero(body: Hero) -> dict[str, object]:"]

_APP = """
from typing import Annotated
from fastapi import APIRouter, Body, Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlmodel import Field, Relationship, Session, SQLModel
class HeroBase(SQLModel):
    name: str = Field(max_length=100)
class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: "Team" = Relationship(back_populates="heroes")
class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list[Hero] = Relationship(back_populates="team")
class HeroIn(HeroBase):
    pass
app = FastAPI()
router = APIRouter()
def get_session() -> Session: ...
"""

FOUND = {
    "a row that is stored as it came": _APP
    + """
@app.post("/heroes")
def add(hero: Hero, session: Session = Depends(get_session)) -> Hero:  # !
    session.add(hero)
    session.commit()
    session.refresh(hero)
    return hero
""",
    "Annotated, optional": _APP
    + """
@router.post("/heroes")
async def add(hero: Annotated[Hero | None, Body()] = None):  # !
    return hero
""",
    "a list": _APP
    + """
@app.put("/heroes")
def put(
    heroes: list[Hero],  # !
    session: Session = Depends(get_session),
):
    session.add_all(heroes)
""",
    "in a schema": _APP
    + """
class Change(BaseModel):
    hero: Hero
    reason: str
class Changes(BaseModel):
    items: list[Change]
@app.patch("/heroes")
def change(body: Changes):  # !
    return len(body.items)
""",
    "a class that inherits from a table": _APP
    + """
class NewTeam(Team):
    note: str = ""
@app.post("/teams")
def add(team: NewTeam):  # !
    return team.note
""",
    "in a dependency": _APP
    + """
def sent(team: Team) -> Team:  # !
    return team
@app.post("/teams")
def add(team: Annotated[Team, Depends(sent)]):
    return team.id
""",
    "of another module, added by a call": """
#= models.py
from sqlmodel import Field, SQLModel
class Item(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
#= main.py
from fastapi import FastAPI
import models
app = FastAPI()
async def add(item: models.Item):  # !
    return item.id
app.add_api_route("/items", add, methods=["POST"])
""",
}

LOOK_ALIKES = {
    "a schema that the table inherits from": _APP
    + """
@app.post("/heroes")
def add(body: HeroBase, session: Session = Depends(get_session)) -> Hero:
    hero = Hero.model_validate(body)
    session.add(hero)
    return hero
""",
    "a schema that inherits from the same": _APP
    + """
@app.post("/heroes")
def add(body: list[HeroIn]):
    return [Hero.model_validate(hero) for hero in body]
""",
    "a row that a dependency gives": _APP
    + """
def get_hero(number: int) -> Hero: ...
@app.patch("/heroes/{number}")
def change(body: HeroIn, hero: Annotated[Hero, Depends(get_hero)]):
    hero.sqlmodel_update(body.model_dump(exclude_unset=True))
@app.get("/heroes/{number}")
def show(hero: Hero = Depends(get_hero)):
    return hero.id
""",
    "a function that is no endpoint": _APP
    + """
def store(hero: Hero, session: Session) -> None:
    session.add(hero)
@app.post("/heroes")
def add(body: HeroIn, session: Session = Depends(get_session)):
    store(Hero.model_validate(body), session)
""",
    "a table that checks": _APP
    + """
class Checked(SQLModel, table=True):
    model_config = ConfigDict(validate_assignment=True)
    id: int | None = Field(default=None, primary_key=True)
class Own(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    def __init__(self, **data):
        self.__pydantic_validator__.validate_python(data)
        super().__init__(**data)
@app.post("/checked")
def one(body: Checked):
    return body.id
@app.post("/own")
def two(body: Own):
    return body.id
""",
    "a relationship of a schema to a table": _APP
    + """
class Group(SQLModel):
    name: str
    members: list[Hero] = Relationship()
@app.post("/groups")
def add(body: Group):
    return body.name
""",
}
