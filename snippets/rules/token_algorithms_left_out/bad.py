"""The subject of an access token that another service signed with its private key."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt  # fastapi-pro: ignore[unmaintained-auth-libraries] on purpose

app = FastAPI()


def get_subject(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))]) -> str:
    """Return who is calling; answer 401 to every other token."""
    try:
        claims = jwt.decode(
            token,
            os.environ["JWT_PUBLIC_KEY"],
            options={"require_exp": True, "require_sub": True},
        )
    except JWTError as exc:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from exc
    subject: str = claims["sub"]
    return subject


@app.get("/me")
async def read_me(subject: Annotated[str, Depends(get_subject)]) -> str:
    """Return who is calling."""
    return subject
