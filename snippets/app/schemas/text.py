"""Text that every database can hold."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr


def require_storable(value: str) -> str:
    """Refuse NUL, which PostgreSQL cannot store, and lone surrogates, which UTF-8 cannot.

    JSON can carry both as escapes; unchecked, they are a 500.
    """
    if "\0" in value:
        raise ValueError("must not contain NUL")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must not contain half of a surrogate pair")
    return value


def require_storable_secret(value: SecretStr) -> SecretStr:
    """Refuse the same in a secret."""
    require_storable(value.get_secret_value())
    return value


_documented = Field(json_schema_extra={"pattern": r"^[^\x00]*$"})
Text = Annotated[str, AfterValidator(require_storable), _documented]
SecretText = Annotated[SecretStr, AfterValidator(require_storable_secret), _documented]
