"""Errors as clients see them."""

from pydantic import BaseModel


class ErrorDetail(BaseModel):
    """What is wrong with a request, and where."""

    type: str
    loc: list[str | int]
    msg: str


class Error(BaseModel):
    """What every error answers."""

    error: str
    detail: list[ErrorDetail] | None = None  # of a request that is invalid
