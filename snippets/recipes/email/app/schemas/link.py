"""Links by mail, as clients ask for them and use them."""

from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.text import SecretText, Text
from app.schemas.user import Email

Purpose = Literal["verify", "reset"]


class LinkWanted(BaseModel):
    """Whose link, and what for."""

    purpose: Purpose
    email: Email


class Verification(BaseModel):
    """The token of a link, in the body: mail filters open links, and URLs end up in logs."""

    token: Text = Field(max_length=200)


class Reset(Verification):
    """The token, and the new password."""

    password: SecretText = Field(min_length=8, max_length=128)
