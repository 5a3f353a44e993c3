"""A shop that is mounted below `/shop`."""

from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

shop = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="/auth/login")


@shop.post("/auth/login")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    """Return a token."""
    return {"access_token": form.username, "token_type": "bearer"}


@shop.get("/me")
async def read_me(token: Annotated[str, Depends(scheme)]) -> str:
    """Return who asks."""
    return token


app = FastAPI()
app.mount("/shop", shop)
