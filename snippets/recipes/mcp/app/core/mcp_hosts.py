"""The names under which assistants reach the service."""

from typing import Annotated

from pydantic import BeforeValidator, StringConstraints
from pydantic_settings import NoDecode

from app.core.setting_types import split_list

LOCAL = ("localhost", "localhost:*", "127.0.0.1", "127.0.0.1:*", "[::1]", "[::1]:*")
Host = Annotated[str, StringConstraints(pattern=r"^[^/*\s]+(:\*)?$")]
Hosts = Annotated[tuple[Host, ...], NoDecode, BeforeValidator(split_list)]
