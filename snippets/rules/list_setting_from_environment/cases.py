"""Lists in settings, and who splits them."""

BAD = ["cors_origins: list[str] = []"]

_HEAD = """
from typing import Annotated, Any, List
from pydantic import BeforeValidator, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
def split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value
"""

FOUND = {
    "a validator in Annotated": _HEAD
    + """
class Settings(BaseSettings):
    origins: Annotated[list[str], BeforeValidator(split)] = []  # !
""",
    "the alias in another module": """
#= fields.py
from typing import Annotated
from pydantic import BeforeValidator as Before
Origins = Annotated[set[str], Before(lambda value: set(value.split(",")))]
#= config.py
import pydantic_settings as ps
from fields import Origins
class Settings(ps.BaseSettings):
    origins: Origins  # !
""",
    "typing.List, two fields in one validator": _HEAD
    + """
class Settings(BaseSettings):
    origins: List[str] = []  # !
    hosts: tuple[str, ...] = ()  # !
    @field_validator("origins", "hosts", mode="before")
    @classmethod
    def split(cls, value):
        return value.split(",")
""",
    "the field in a base class": _HEAD
    + """
class Base(BaseSettings):
    origins: list[str] = []  # !
    @field_validator("origins", mode="before")
    @classmethod
    def split(cls, value):
        return value.split(",")
class Settings(Base):
    name: str = "app"
""",
    "the validator of Pydantic V1's name": """
from pydantic import validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    origins: list[str] = []  # !
    @validator("origins", pre=True)
    def split(cls, value):
        return value.split(",")
""",
}

LOOK_ALIKES = {
    "NoDecode": _HEAD
    + """
class Settings(BaseSettings):
    origins: Annotated[list[str], NoDecode, BeforeValidator(split)] = []
""",
    "decoding switched off": _HEAD
    + """
class Settings(BaseSettings):
    model_config = SettingsConfigDict(enable_decoding=False)
    origins: Annotated[list[str], BeforeValidator(split)] = []
""",
    "a union with str": _HEAD
    + """
class Settings(BaseSettings):
    origins: Annotated[list[str] | str, BeforeValidator(split)] = []
""",
    "an optional list": _HEAD
    + """
class Settings(BaseSettings):
    origins: list[str] | None = None
    @field_validator("origins", mode="before")
    @classmethod
    def split(cls, value):
        return value.split(",")
""",
    "Optional, by keyword of typing": _HEAD
    + """
import typing
class Settings(BaseSettings):
    origins: typing.Optional[List[str]] = None
    hosts: typing.Union[set[str], list[str]] = set()
    @field_validator("origins", "hosts", mode="before")
    @classmethod
    def split(cls, value):
        return value.split(",")
""",
    "None outside of Annotated": _HEAD
    + """
class Settings(BaseSettings):
    origins: Annotated[list[str], BeforeValidator(split)] | None = None
""",
    "None inside of Annotated": _HEAD
    + """
class Settings(BaseSettings):
    origins: Annotated[list[str] | None, BeforeValidator(split)] = None
""",
    "an alias of a union, in another module": """
#= fields.py
from typing import Annotated
from pydantic import BeforeValidator as Before
Origins = Annotated[None | set[str], Before(lambda value: set(value.split(",")))]
#= config.py
import pydantic_settings as ps
from fields import Origins
class Settings(ps.BaseSettings):
    origins: Origins = None
""",
    "no validator: JSON is meant": _HEAD
    + """
class Settings(BaseSettings):
    origins: list[str] = []
""",
    "a validator that runs after": _HEAD
    + """
class Settings(BaseSettings):
    origins: list[str] = []
    @field_validator("origins")
    @classmethod
    def check(cls, value):
        return value
""",
    "no settings": _HEAD
    + """
from pydantic import BaseModel
class Body(BaseModel):
    origins: Annotated[list[str], BeforeValidator(split)] = []
""",
    "plain text that a property splits": _HEAD
    + """
class Settings(BaseSettings):
    origins: Annotated[str, BeforeValidator(str)] = ""
    @property
    def all_origins(self) -> list[str]:
        return self.origins.split(",")
""",
}
