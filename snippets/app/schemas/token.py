"""Tokens as clients see them."""

from pydantic import BaseModel


class Token(BaseModel):
    """What OAuth2 clients expect of a login."""

    access_token: str
    token_type: str = "bearer"
