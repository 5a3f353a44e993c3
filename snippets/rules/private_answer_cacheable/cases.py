"""Headers that make an answer public: how they are set, and by which login."""

BAD = ['response.headers["Cache-Control"] = "public, max-age=60"']

_MAIN = """
from typing import Annotated
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer
oauth2 = OAuth2PasswordBearer(tokenUrl="/login")
router = APIRouter()
class User: ...
def get_current_user(token: str = Depends(oauth2)) -> User: ...
def whoever(token: Annotated[str, Depends(oauth2)]) -> User: ...
def get_optional_user(request: Request) -> User | None: ...
UserDep = Annotated[User, Depends(whoever)]
"""

FOUND = {
    "headers of a response": _MAIN
    + """
@router.get("/me")
async def read(user: User = Depends(get_current_user)):
    return JSONResponse({}, headers={"Cache-Control": "public, max-age=300"})  # !
""",
    "a name, in small letters": _MAIN
    + """
CACHED = "max-age=60, s-maxage=3600"
@router.get("/me")
async def read(user: UserDep, response: Response):
    response.headers["cache-control"] = CACHED  # !
    return {}
""",
    "a scheme itself": _MAIN
    + """
@router.get("/bills/{key}")
async def read(key: int, token: str = Depends(oauth2)):
    headers = {"Cache-Control": "public", "ETag": "x"}  # !
    return FileResponse("bill.pdf", headers=headers)
""",
    "the login of the router": _MAIN
    + """
members = APIRouter(prefix="/members", dependencies=[Depends(get_current_user)])
@members.get("/list")
def read(response: Response):
    response.headers["Cache-Control"] = "public, max-age=86400, immutable"  # !
""",
    "an API key": _MAIN
    + """
key = APIKeyHeader(name="X-Key")
def customer(value: str = Depends(key)) -> str: ...
@router.get("/orders")
def read(response: Response, who: Annotated[str, Depends(customer)]):
    response.headers["Cache-Control"] = "Public, max-age=5"  # !
""",
}

LOOK_ALIKES = {
    "private": _MAIN
    + """
@router.get("/me")
async def read(user: UserDep, response: Response):
    response.headers["Cache-Control"] = "private, max-age=60"
@router.get("/you")
async def other(user: UserDep):
    return JSONResponse({}, headers={"Cache-Control": "no-store"})
""",
    "max-age alone, which a shared cache does not take from a login": _MAIN
    + """
@router.get("/me")
async def read(user: UserDep, response: Response):
    response.headers["Cache-Control"] = "max-age=60"
""",
    "no login": _MAIN
    + """
def get_settings() -> dict: ...
@router.get("/prices")
async def read(response: Response, settings: dict = Depends(get_settings)):
    response.headers["Cache-Control"] = "public, max-age=60"
""",
    "a login that may be left out": _MAIN
    + """
loose = OAuth2PasswordBearer(tokenUrl="/login", auto_error=False)
@router.get("/posts")
async def read(response: Response, user: User | None = Depends(get_optional_user)):
    response.headers["Cache-Control"] = "public, max-age=60"
@router.get("/tags")
async def tags(response: Response, token: str | None = Depends(loose)):
    response.headers["Cache-Control"] = "public, max-age=60"
""",
    "the caller is part of the key": _MAIN
    + """
@router.get("/me")
async def read(user: UserDep, response: Response):
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Vary"] = "Authorization"
""",
    "another header": _MAIN
    + """
@router.get("/me")
async def read(user: UserDep, response: Response):
    response.headers["X-Visibility"] = "public"
    return {"Cache-Control": "none", "kind": "public"}
""",
}
