"""Sessions as clients begin, continue and end them."""

from pydantic import BaseModel, Field

from app.schemas.text import SecretText, Text
from app.schemas.token import Token


class TokenPair(Token):
    """What a client holds: a token for its requests, and one for the next pair."""

    refresh_token: str


class Refresh(BaseModel):
    """A refresh token, in the body: URLs end up in logs."""

    refresh_token: Text = Field(max_length=200)


class PasswordChange(BaseModel):
    """The password, and what it shall be."""

    old: SecretText = Field(max_length=128)
    new: SecretText = Field(min_length=8, max_length=128)
