"""A login by a provider, as the client and the provider tell it."""

from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.schemas.text import Text
from app.schemas.user import Email


class LoginBegun(BaseModel):
    """Where the browser goes now."""

    url: str


class LoginFinished(BaseModel):
    """What the provider gave the browser on its way back."""

    code: Text = Field(max_length=4096)
    state: Text = Field(max_length=200)


def none_if_odd(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    """Take what nobody can use, a name that is null say, as if it were left out."""
    try:
        return validate(value)
    except ValidationError:
        return None


T = TypeVar("T")
Told = Annotated[T | None, WrapValidator(none_if_odd)]


class Claims(BaseModel):
    """What the provider says of a user. Some write `"false"`, which is true in an `if`."""

    sub: Text = Field(min_length=1, max_length=255)
    email: Told[Email] = None
    email_verified: Told[bool] = None
    name: Told[Text] = None
