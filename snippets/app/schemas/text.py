"""Text that every database can hold."""

from typing import Annotated

from pydantic import AfterValidator


def refuse_nul(value: str) -> str:
    """PostgreSQL cannot store NUL; SQLite can, so only a test on PostgreSQL notices."""
    if "\0" in value:
        raise ValueError("must not contain NUL")
    return value


Text = Annotated[str, AfterValidator(refuse_nul)]
