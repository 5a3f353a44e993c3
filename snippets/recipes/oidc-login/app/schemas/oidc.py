"""A login by a provider, as the client and the provider tell it."""

from pydantic import BaseModel, Field

from app.schemas.text import Text
from app.schemas.user import Email


class LoginBegun(BaseModel):
    """Where the browser goes now."""

    url: str


class LoginFinished(BaseModel):
    """What the provider gave the browser on its way back."""

    code: Text = Field(max_length=4096)
    state: Text = Field(max_length=200)


class Claims(BaseModel):
    """What the provider says of a user. Some write `"false"`, which is true in an `if`."""

    sub: Text = Field(min_length=1, max_length=255)
    email: Email | None = None
    email_verified: bool = False
    name: Text = ""
