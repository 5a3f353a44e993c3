"""An administration page behind one password, whose hash is in the environment."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pwdlib import PasswordHash

app = FastAPI()
password_hash = PasswordHash.recommended()


async def require_admin(
    credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())],
) -> None:
    """Answer 401 unless the password is right."""
    expected = os.environ["ADMIN_PASSWORD_HASH"]
    if not password_hash.verify(credentials.password, expected):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})


@app.get("/admin", dependencies=[Depends(require_admin)])
async def read_admin() -> dict[str, str]:
    """Return what only the administrator sees."""
    return {"status": "fine"}


@app.get("/products")
async def list_products() -> list[str]:
    """Return what everybody sees."""
    return ["tea"]
