"""Applications, and whether they are in debug mode."""

BAD = ["debug: bool = True"]

FOUND = {
    "written right there": """
from fastapi import FastAPI
def create_app():
    return FastAPI(title="shop", debug=True)  # !
app = create_app()
""",
    "a constant": """
from fastapi import FastAPI
DEBUG = True
app = FastAPI(debug=DEBUG)  # !
""",
    "settings of another module, with a prefix": """
#= app/config.py
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")
    debug_mode: bool = Field(default=True)  # !
settings = Settings()
#= app/main.py
import fastapi
from app.config import settings
app = fastapi.FastAPI(debug=settings.debug_mode)
#= compose.yaml
services:
  web:
    image: shop
    environment:
      DEBUG_MODE: "false"
""",
    "a class of constants, on in the image too": """
#= Dockerfile
FROM python:3.11
ENV DEBUG=true
USER 1000
CMD ["uvicorn", "main:app"]
#= main.py
from fastapi import FastAPI
class Config:
    DEBUG = True
app = FastAPI(debug=Config.DEBUG)  # !
""",
    "all options from the settings": """
#= config.py
from pydantic import BaseSettings, Field
class Settings(BaseSettings):
    title: str = Field("shop")
    debug: bool = Field(True, env="SHOP_DEBUG")  # !
options = Settings().dict()
#= main.py
from fastapi import FastAPI
from config import options
app = FastAPI(**options)
""",
    "options that a property of the settings puts together": """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    debug: bool = True  # !
    @property
    def options(self) -> dict:
        return {"debug": self.debug, "title": "shop"}
settings = Settings()
app = FastAPI(**settings.options)
""",
    "settings of Pydantic 1, with a prefix": """
#= main.py
from fastapi import FastAPI
from pydantic import BaseSettings
class Settings(BaseSettings):
    debug: bool = True  # !
    class Config:
        env_prefix = "SHOP_"
app = FastAPI(debug=Settings().debug)
#= compose.yaml
services:
  web:
    image: shop
    environment:
      DEBUG: "false"
""",
    "a dictionary of options": """
from fastapi import FastAPI
OPTIONS = {"title": "shop", "debug": True}  # !
app = FastAPI(**OPTIONS)
""",
    "the environment, compared": """
import os
from fastapi import FastAPI
app = FastAPI(debug=os.getenv("DEBUG", "True").lower() in ("true", "1"))  # !
""",
    "the environment, as a default of the settings": """
import os
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    debug: bool = os.environ.get("DEBUG", "1") == "1"  # !
app = FastAPI(debug=Settings().debug)
""",
    "where production is meant": """
import os
from fastapi import FastAPI
if os.environ["ENV"] == "production":
    app = FastAPI(debug=True)  # !
else:
    app = FastAPI()
""",
}

LOOK_ALIKES = {
    "off, or not said": """
from fastapi import FastAPI
app = FastAPI(debug=False)
admin = FastAPI()
""",
    "off by default, read from the environment": """
import os
from fastapi import FastAPI
app = FastAPI(debug=os.getenv("DEBUG", "false") == "true")
admin = FastAPI(debug=os.getenv("ENV", "true") != "true")
OPTIONS = {"title": "shop", "debug": os.getenv("DEBUG", "") == "1"}
old = FastAPI(**OPTIONS)
""",
    "off by default": """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    debug: bool = False
app = FastAPI(debug=Settings().debug)
""",
    "the deploy file switches it off": """
#= main.py
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    debug: bool = True
settings = Settings()
app = FastAPI(debug=settings.debug)
#= Dockerfile
FROM python:3.12
ENV DEBUG=0
USER 1000
CMD ["uvicorn", "main:app"]
""",
    "the deploy file has a default, or leaves it to others": """
#= main.py
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    debug: bool = True
settings = Settings()
app = FastAPI(debug=settings.debug)
#= compose.yaml
services:
  web:
    image: shop
    environment:
      - DEBUG=${DEBUG:-False}
""",
    "a developer's": """
import os
from fastapi import FastAPI
if os.environ["ENV"] == "local":
    app = FastAPI(debug=True)
else:
    app = FastAPI()
""",
    "the environment says it": """
import os
from fastapi import FastAPI
app = FastAPI(debug=os.environ.get("DEBUG") == "1")
""",
    "another thing's": """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    debug: bool = True
settings = Settings()
app = FastAPI(title="debug")
def level():
    return "DEBUG" if settings.debug else "INFO"
""",
    "a test": """
#= app.py
from fastapi import FastAPI
app = FastAPI()
#= test_app.py
from fastapi import FastAPI
def test_it():
    assert FastAPI(debug=True).debug
""",
}
