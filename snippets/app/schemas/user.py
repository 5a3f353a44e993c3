"""Users as clients send and see them."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field

from app.schemas.text import SecretText, Text

Email = Annotated[EmailStr, AfterValidator(str.lower), Field(max_length=254)]


class Credentials(BaseModel):
    """A login. No minimum: a stricter rule for new passwords must not lock out old accounts."""

    email: Email
    password: SecretText = Field(max_length=128)


class UserCreate(Credentials):
    """A new account; the password is counted in characters of any script."""

    full_name: Text = Field(min_length=1, max_length=100)
    password: SecretText = Field(min_length=8, max_length=128)


class UserOut(BaseModel):
    """An account as its owner sees it: what is not named here never leaves."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str  # not EmailStr: a stored address must not make the answer fail
    full_name: str
    created_at: datetime


class UserSummary(BaseModel):
    """A user as everybody sees them."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    full_name: str
