"""Configuration of Pydantic models: with keys of V1, or not."""

BAD = ["orm_mode = True"]

FOUND = {
    "beside a module that supports both": """
#= compat.py
try:
    from pydantic.v1 import BaseModel
except ImportError:
    from pydantic import BaseModel
#= main.py
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True  # !
""",
    "a base class that others inherit": """
from pydantic import BaseModel as Model
class Base(Model):
    class Config:
        orm_mode = True  # !
class User(Base):
    id: int
""",
    "ConfigDict": """
import pydantic
class User(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", anystr_strip_whitespace=True)  # !
    name: str
""",
    "a dict, annotated": """
from typing import ClassVar
from pydantic import BaseModel, ConfigDict
class User(BaseModel):
    model_config: ClassVar[ConfigDict] = {
        "from_attributes": True,
        "schema_extra": {"example": {}},  # !
    }
""",
    "a keyword of the class": """
from pydantic import BaseModel
class User(BaseModel, allow_mutation=False):  # !
    id: int
""",
    "settings": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", validate_all=True)  # !
    url: str
""",
    "a Config with a base, and two keys": """
#= base.py
from pydantic import BaseModel
class Base(BaseModel):
    pass
class BaseConfig:
    extra = "forbid"
#= main.py
import base
import pydantic
class User(base.Base):
    name: pydantic.EmailStr
    class Config(base.BaseConfig):
        from_attributes = True
        min_anystr_length = 1  # !
        allow_population_by_field_name: bool = True
""",
    "a method of the Config": """
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        @staticmethod
        def schema_extra(schema, model):  # !
            schema.pop("title")
""",
}

LOOK_ALIKES = {
    "a base that is of either version": """
#= compat.py
from pydantic import VERSION
if VERSION.startswith("2."):
    from pydantic.v1 import BaseModel
else:
    from pydantic import BaseModel
try:
    from pydantic.v1 import BaseModel as Schema
except ImportError:
    from pydantic import BaseModel as Schema
#= types_.py
from compat import BaseModel
class Prompt(BaseModel):
    text: str
#= main.py
from compat import Schema
from fastapi import FastAPI
from types_ import Prompt
app = FastAPI()
class Completion(Prompt):
    class Config:
        schema_extra = {"example": {}}
class Item(Schema):
    name: str
    class Config:
        orm_mode = True
try:
    from pydantic.v1 import BaseModel
except ImportError:
    from pydantic import BaseModel
class User(BaseModel):
    class Config:
        anystr_strip_whitespace = True
class Admin(User):
    class Config:
        allow_population_by_field_name = True
""",
    "requires.txt keeps Pydantic below 2": """
#= requires.txt
pydantic[email]>=1.9.1,<2
#= main.py
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "setup.cfg does": """
#= setup.cfg
[options]
install_requires =
    pydantic ~= 1.10
#= main.py
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "Pipfile.lock does": """
#= Pipfile.lock
{"default": {"pydantic": {"version": "==1.10.15"}}}
#= main.py
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "V2 names in class Config": """
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        from_attributes = True
        populate_by_name = True
        json_schema_extra = {}
""",
    "V1 of Pydantic 2": """
from pydantic.v1 import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "Pydantic 1 is pinned": """
#= requirements.txt
pydantic>=1.10,<2
#= main.py
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "a FastAPI that knows no Pydantic 2": """
#= requirements.txt
fastapi==0.95.2
#= main.py
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "what only Pydantic 1 has": """
#= settings.py
from pydantic import BaseSettings
class Settings(BaseSettings):
    url: str
#= main.py
import settings
from pydantic import BaseModel
class User(BaseModel):
    class Config:
        orm_mode = True
""",
    "both versions": """
import pydantic
V2 = pydantic.VERSION.startswith("2")
class User(pydantic.BaseModel):
    if V2:
        model_config = {"from_attributes": True}
    else:
        class Config:
            orm_mode = True
""",
    "no model, and fields of these names": """
from pydantic import BaseModel
class Plain:
    class Config:
        orm_mode = True
class Form(BaseModel):
    fields: list[str]
    orm_mode: bool = False
    schema_extra: dict = {}
    model_config = {"extra": "forbid"}
config = dict(orm_mode=True)
""",
}
