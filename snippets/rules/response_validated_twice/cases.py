"""Returned instances of the response schema: with a validator that changes them, or not."""

BAD = ["return UserOut.model_validate(users[user_id])"]

_OUT = """
#= out.py
from pydantic import BaseModel, ConfigDict, model_validator
class Base(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    picture: str
    @model_validator(mode="after")
    def add_host(self):
        self.picture = "https://cdn.example/" + self.picture
        return self
class UserOut(Base):
    id: int
class Plain(BaseModel):
    id: int
"""

FOUND = {
    "an inherited validator, a return type": _OUT
    + """
#= main.py
from fastapi import FastAPI
import out
app = FastAPI()
@app.get("/u")
async def u(user: str) -> out.UserOut:
    return out.UserOut.model_validate(user)  # !
""",
    "a list, sync": _OUT
    + """
#= main.py
from fastapi import APIRouter
from out import UserOut as Out
router = APIRouter()
@router.get("/u", response_model=list[Out])
def u():
    return [Out.model_validate(user) for user in load()]  # !
""",
    "the constructor, through a name": _OUT
    + """
#= main.py
from typing import Any, List
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.post("/u", response_model=UserOut)
async def u() -> Any:
    answer = UserOut(id=1, picture="a.png")  # !
    return answer
""",
    "one of several returns, an optional type": _OUT
    + """
#= main.py
from typing import Optional
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u")
def u(user: str) -> Optional[UserOut]:
    if not user:
        return None
    return UserOut.model_validate(user, from_attributes=True)  # !
""",
    "a validator before, that sets a key": """
import pydantic as pd
from fastapi import FastAPI
app = FastAPI()
class Out(pd.BaseModel):
    n: int
    @pd.model_validator(mode="before")
    @classmethod
    def count(cls, data):
        data["n"] += 1
        return data
@app.get("/o")
def o() -> Out:
    return Out(n=1)  # !
""",
    "add_api_route": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
def u(user: str):
    return UserOut.model_validate_json(user)  # !
app.add_api_route("/u", u, response_model=UserOut)
""",
}

LOOK_ALIKES = {
    "the object itself": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=UserOut)
async def u():
    return load()
""",
    "no model validator": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import Plain
app = FastAPI()
@app.get("/u")
async def u() -> Plain:
    return Plain(id=1)
""",
    "a validator that only checks": """
from fastapi import FastAPI
from pydantic import BaseModel, field_validator, model_validator
app = FastAPI()
class Range(BaseModel):
    low: int
    high: int
    @model_validator(mode="after")
    def ordered(self):
        middle = (self.low + self.high) / 2
        if middle < self.low:
            raise ValueError("low is above high")
        return self
    @field_validator("low")
    @classmethod
    def even(cls, value):
        return value * 2
@app.get("/r")
def r() -> Range:
    return Range(low=1, high=2)
""",
    "nothing validates it again": _OUT
    + """
#= main.py
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=None)
async def u():
    return UserOut.model_validate(load())
@app.get("/v", response_model=UserOut)
async def v():
    return JSONResponse(UserOut.model_validate(load()).model_dump())
""",
    "another schema than the response's": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import Plain, UserOut
app = FastAPI()
@app.get("/u", response_model=Plain)
async def u():
    return UserOut.model_validate(load())
""",
    "a field of the response, which is not validated again": _OUT
    + """
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel
from out import UserOut
app = FastAPI()
class Page(BaseModel):
    user: UserOut
@app.get("/u")
async def u() -> Page:
    return Page(user=load())
def to_response(user: str) -> UserOut:
    return UserOut.model_validate(user)
""",
    "worked out from other fields": """
from fastapi import FastAPI
from pydantic import BaseModel, model_validator
app = FastAPI()
class Out(BaseModel):
    first: str
    last: str
    full_title: str = ""
    full: str = ""
    @model_validator(mode="after")
    def join(self):
        self.full = f"{self.first} {self.last}" + self.full_title
        return self
@app.get("/o")
def o() -> Out:
    return Out(first="a", last="b")
""",
    "a validator for rows alone": """
from typing import Any
from fastapi import FastAPI
from pydantic import BaseModel, model_validator
from rows import Link
app = FastAPI()
class Out(BaseModel):
    tool: str
    @model_validator(mode="before")
    @classmethod
    def flatten(cls, data: Any) -> Any:
        if not isinstance(data, Link):
            return data
        values = data.__dict__
        values["tool"] = values["tool"].name
        return values
@app.get("/o")
def o(link: Link) -> Out:
    return Out.model_validate(link)
""",
}
