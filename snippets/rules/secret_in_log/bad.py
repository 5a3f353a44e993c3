"""A login that says what failed."""

import logging
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm

logger = logging.getLogger(__name__)
app = FastAPI()


@app.post("/login")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> None:
    """Refuse everybody: nobody is registered yet."""
    logger.warning("Failed login of %s with %s", form.username, form.password)
    raise HTTPException(401)
