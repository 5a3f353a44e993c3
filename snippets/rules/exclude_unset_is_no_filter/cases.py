"""`response_model_exclude_unset`: as a filter of private keys, or for sparse answers."""

BAD = ['@app.post("/users", response_model=UserOut, response_model_exclude_unset=True)']

_OUT = """
#= out.py
from pydantic import BaseModel, Field
class UserOut(BaseModel):
    id: int
    nickname: str | None = None
    full_name: str = Field("", alias="fullName")
"""

FOUND = {
    "a router, a schema of another module": _OUT
    + """
#= main.py
import fastapi
import out
router = fastapi.APIRouter()
@router.get("/u", response_model=out.UserOut, response_model_exclude_unset=True)  # !
def u():
    return {"id": 1, "hashed_password": "x"}
""",
    "a return type, a name, a line of its own": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut as Out
app = FastAPI()
@app.get(
    "/u",
    response_model_exclude_unset=True,  # !
)
async def u() -> Out:
    user = {"id": 1, "secret": "x"}
    return user
""",
    "a list": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=list[UserOut], response_model_exclude_unset=True)  # !
def u():
    return [{"id": user.id, "password": user.password} for user in load()]
""",
    "dict()": _OUT
    + """
#= main.py
from typing import Optional
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=Optional[UserOut], response_model_exclude_unset=True)  # !
def u():
    return dict(id=1, fullName="Ada", password="x")
""",
    "add_api_route": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
async def u():
    return {"id": 1, "token": "x"}
app.add_api_route("/u", u, response_model=UserOut, response_model_exclude_unset=True)  # !
""",
}

LOOK_ALIKES = {
    "sparse answers of stored dicts": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
users = {"a": {"id": 1}}
@app.get("/u/{key}", response_model=UserOut, response_model_exclude_unset=True)
def u(key: str):
    return users[key]
""",
    "no key too many": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=UserOut, response_model_exclude_unset=True)
def u():
    return {"id": 1, "fullName": "Ada"}
""",
    "nothing is dropped": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=UserOut, response_model_exclude_unset=True)
def u():
    return {"id": 1, "nickname": None, "full_name": "Ada", "password": "x"}
""",
    "without the option": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=UserOut)
def u():
    return {"id": 1, "password": "x"}
@app.get("/v", response_model=UserOut, response_model_exclude_unset=False)
def v():
    return {"id": 1, "password": "x"}
@app.get("/w", response_model=UserOut, response_model_exclude_none=True)
def w():
    return {"id": 1, "password": "x"}
""",
    "the echo of a PATCH": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.patch("/u", response_model=UserOut, response_model_exclude_unset=True)
def u(data: UserOut):
    return data
""",
    "keys that nobody can read": _OUT
    + """
#= main.py
from fastapi import FastAPI
from out import UserOut
app = FastAPI()
@app.get("/u", response_model=UserOut, response_model_exclude_unset=True)
def u():
    return {**load(), "password": "x"}
""",
}
