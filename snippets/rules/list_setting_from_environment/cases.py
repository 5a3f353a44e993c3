"""Lists in settings, and who splits them."""

BAD = ["cors_origins: list[str] = []"]

_HEAD = """
from typing import Annotated, Any, List
from pydantic import BeforeValidator, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
def split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value
"""

_PLAIN = (
    _HEAD.replace("\n", "\n#= config.py\n", 1)
    + """
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    origins: list[str] = []  # !
"""
)

FOUND = {
    "the variable of the service that is built in its folder": """
#= services/shop/app/config.py
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    cors_origins: list[str]  # !
#= services/stock/app/main.py
from fastapi import FastAPI
app = FastAPI()
#= infra/compose.yaml
services:
  shop:
    build: {context: ../services/shop/}
    environment:
      CORS_ORIGINS: "*"
""",
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
    "commas in .env.example, and no validator": _PLAIN
    + """
#= .env.example
APP_NAME=shop
APP_ORIGINS=https://a.example,https://b.example
""",
    "JSON in .env, with escapes that single quotes keep": _PLAIN
    + """
#= .env
APP_ORIGINS='[\\"https://a.example\\"]'
""",
    "an empty value in .env": _PLAIN
    + """
#= .env
APP_ORIGINS=
""",
    "a compose file's mapping": _PLAIN
    + """
#= compose.yaml
services:
  api:
    build: .
    environment:
      APP_ORIGINS: https://a.example
""",
    "a compose file's list": _PLAIN
    + """
#= docker-compose.prod.yml
services:
  api:
    image: shop
    environment:
      - APP_DEBUG=false
      - "app_origins=a,b"
""",
    "an image": _PLAIN
    + """
#= Dockerfile
FROM python:3.13
ENV APP_ORIGINS=a,b APP_NAME=shop
""",
    "a manifest of Kubernetes": _PLAIN
    + """
#= deploy/api.yaml
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop
          env:
            - name: APP_ORIGINS
              value: "a,b"
""",
    "an alias, an optional list without a validator": _HEAD.replace("\n", "\n#= config.py\n", 1)
    + """
from pydantic import Field
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    hosts: list[str] | None = Field(None, validation_alias="ALLOWED_HOSTS")  # !
#= .env
export ALLOWED_HOSTS='a.example,b.example'  # both
""",
}

LOOK_ALIKES = {
    "the variable of a service that is built in another folder": """
#= services/shop/app/config.py
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    cors_origins: list[str]
#= services/shop/app/main.py
from fastapi import FastAPI
from app.config import Settings
app = FastAPI()
#= services/stock/app/main.py
from fastapi import FastAPI
app = FastAPI()
#= infra/compose.yaml
services:
  stock:
    build: {context: ../services/stock}
    environment:
      CORS_ORIGINS: "*"
  shop:
    build:
      context: ../services/shop
""",
    "variables of compose that have no value": """
#= docker-compose.yml
services:
  app:
    environment:
      APP_ORIGINS:
      APP_HOSTS: null
      APP_KEYS: ~
  worker:
    environment:
      - APP_METHODS
#= config.py
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    origins: list[str] = []
    hosts: list[str] = []
    keys: set[str] = set()
    methods: list[str] = []
""",
    "an optional list: the text reaches the validator": _HEAD.replace("\n", "\n#= a.py\n", 1)
    + """
class Settings(BaseSettings):
    origins: list[str] | None = None
    @field_validator("origins", mode="before")
    @classmethod
    def split(cls, value):
        return value.split(",")
#= .env
ORIGINS=a,b
""",
    "what is to be filled in": _PLAIN.replace("  # !", "")
    + """
#= .env.template
APP_ORIGINS=# the origins, as JSON
""",
    "JSON in .env, with escaped quotes": _PLAIN.replace("  # !", "")
    + """
#= .env
APP_ORIGINS="[\\"https://a.example\\", \\"https://b.example\\"]"  # two
""",
    "JSON in .env.example, a variable in the compose file": _PLAIN.replace("  # !", "")
    + """
#= .env.example
APP_ORIGINS='["https://a.example"]'
#= compose.yaml
services:
  api:
    environment:
      APP_ORIGINS: ${APP_ORIGINS}
""",
    "another variable, and one that is commented out": _PLAIN.replace("  # !", "")
    + """
#= .env
ORIGINS=a,b
# APP_ORIGINS=a,b
""",
    "an empty value that is ignored": _PLAIN.replace("  # !", "").replace(
        'env_prefix="APP_"', 'env_prefix="APP_", env_ignore_empty=True'
    )
    + """
#= .env
APP_ORIGINS=
""",
    "NoDecode, and commas": _PLAIN.replace("  # !", "").replace(
        "list[str]", "Annotated[list[str], NoDecode]"
    )
    + """
#= .env
APP_ORIGINS=a,b
""",
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
    "a dict that its validator fills from other variables": """
import os
from pydantic import field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    queues: dict[str, str] = {}
    @field_validator("queues", mode="before")
    @classmethod
    def collect(cls, value):
        found = {n: u for n, u in os.environ.items() if n.startswith("QUEUE_")}
        return {**found, **value}
""",
    "a list that its validator fills through a function": """
#= peers.py
from os import getenv
def known():
    return [getenv(f"PEER_{number}", "") for number in range(3)]
#= settings.py
from peers import known
from pydantic import field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    peers: list[str] = []
    @field_validator("peers", mode="before")
    @classmethod
    def collect(cls, value):
        return value or known()
""",
    "a validator that ignores what it is given": """
from typing import Annotated
from pydantic import BeforeValidator
from pydantic_settings import BaseSettings
from plugins import installed
def discover(_value):
    return {plugin: True for plugin in installed()}
class Settings(BaseSettings):
    plugins: Annotated[dict[str, bool], BeforeValidator(discover)] = {}
""",
}
