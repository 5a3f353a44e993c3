"""A profile that the browser alone may keep."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

app = FastAPI()
NAMES = {"key-of-ann": "Ann", "key-of-bob": "Bob"}
BearerDep = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def get_name(bearer: BearerDep) -> str:
    """Return who is calling."""
    if bearer.credentials not in NAMES:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return NAMES[bearer.credentials]


@app.get("/me")
async def read_me(name: Annotated[str, Depends(get_name)], response: Response) -> dict[str, str]:
    """Return the profile of the caller."""
    response.headers["Cache-Control"] = "private, max-age=60"
    return {"name": name}
