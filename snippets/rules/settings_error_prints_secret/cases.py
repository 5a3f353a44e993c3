"""Settings, their secrets, and what an error prints."""

BAD = ["class Settings(BaseSettings):"]

FOUND = {
    "a default from the variable that the field reads itself": """
import os
from pydantic_settings import BaseSettings
class Broker(BaseSettings):  # !
    host: str
    password: str = os.getenv("PASSWORD", "guest")
""",
    "a default from another variable, which a validator refuses": """
import os
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class Broker(BaseSettings):  # !
    model_config = SettingsConfigDict(env_prefix="QUEUE_")
    password: str = Field(os.getenv("QUEUE_LOGIN"), min_length=12)
    host: str
""",
    "hidden by the class around it, and made alone": """
from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings
class Login(BaseSettings):  # !
    password: str
class Config(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    login: Login = Field(default_factory=Login)
""",
    "hidden by a nested class alone, which does not count": """
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict
class Login(BaseSettings):  # !
    model_config = SettingsConfigDict(hide_input_in_errors=True)
    password: str
class Config(BaseModel):
    login: Login | None = None
""",
    "a class of one's own for a secret": """
from pydantic import SecretStr
from pydantic_settings import BaseSettings
class Signing(SecretStr):
    pass
class Config(BaseSettings):  # !
    token_issuer: str
    store: Signing
""",
    "a secret and a required field": """
import pydantic_settings
class Config(pydantic_settings.BaseSettings):  # !
    secret_key: str = "change me"
    database_host: str
""",
    "a constrained secret with a default": """
from pydantic import Field, SecretStr as Secret
from pydantic_settings import BaseSettings as Base
class Config(Base):  # !
    token: Secret = Field(default=Secret("x"), min_length=32)
""",
    "a validator of all fields that refuses some": """
from pydantic import model_validator
from pydantic_settings import BaseSettings
def check(url: str) -> None:
    if not url:
        raise ValueError("no url")
class Settings(BaseSettings):  # !
    client_secret: str = "0123"
    url: str = "http://id.example"
    full_url: str | None = None
    @model_validator(mode="after")
    def join(self):
        check(self.url)
        self.full_url = self.url + "/token"
        return self
settings = Settings()
""",
    "several that one class joins, which alone is made": """
#= auth.py
from pydantic_settings import BaseSettings
class AuthSettings(BaseSettings):
    jwt_secret: str
#= database.py
from pydantic_settings import BaseSettings
class DatabaseSettings(BaseSettings):
    database_password: str
    host: str
#= config.py
from auth import AuthSettings
from database import DatabaseSettings
from pydantic_settings import SettingsConfigDict
class Settings(DatabaseSettings, AuthSettings):  # !
    model_config = SettingsConfigDict(env_file=".env")
settings = Settings()
""",
    "joined, and one of them made alone": """
#= auth.py
from pydantic_settings import BaseSettings
class AuthSettings(BaseSettings):  # !
    jwt_secret: str
auth = AuthSettings()
#= mail.py
from pydantic_settings import BaseSettings
class MailSettings(BaseSettings):
    smtp_password: str
#= config.py
from auth import AuthSettings
from mail import MailSettings
from pydantic_settings import SettingsConfigDict
class Settings(AuthSettings, MailSettings):  # !
    model_config = SettingsConfigDict(extra="ignore")
settings = Settings()
""",
    "a base class, reported once": """
#= base.py
from pydantic_settings import BaseSettings, SettingsConfigDict
class Base(BaseSettings):  # !
    model_config = SettingsConfigDict(env_prefix="APP_")
    database_url: str
#= config.py
from base import Base
class Development(Base):
    debug: bool = True
class Production(Base):
    debug: bool = False
""",
    "several classes of a file": """
from pydantic import PostgresDsn, RedisDsn
from pydantic_settings import BaseSettings
class Database(BaseSettings):  # !
    url: PostgresDsn
class Cache(BaseSettings):
    url: RedisDsn
""",
    "in Annotated, checked by a validator": """
from typing import Annotated
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings
class Config(BaseSettings):  # !
    api_key: Annotated[SecretStr, "doc"] = SecretStr("")
    @field_validator("api_key")
    @classmethod
    def check(cls, value):
        if len(value.get_secret_value()) < 20:
            raise ValueError("too short")
        return value
""",
    "switched off again": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Config(BaseSettings):  # !
    model_config = SettingsConfigDict(hide_input_in_errors=False)
    jwt_secret: str
""",
}

LOOK_ALIKES = {
    "a default from a variable of another name, which is no input": """
import os
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Broker(BaseSettings):
    host: str
    password: str = os.getenv("RABBIT_PASSWORD", "guest")
app = FastAPI()
broker = Broker(host="queue")
""",
    "the name of a secret that another service keeps": """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    database_secret_arn: str
    token_url: str
app = FastAPI()
settings = Settings()
""",
    "a validator that refuses nothing": """
import secrets
from fastapi import FastAPI
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    jwt_secret_key: str = Field(default_factory=lambda: secrets.token_hex(32))
    jwt_minutes: int = 30
    @field_validator("jwt_secret_key", mode="before")
    @classmethod
    def filled(cls, value: object) -> object:
        if value is None or (isinstance(value, str) and not value.strip()):
            return secrets.token_hex(32)
        return value
app = FastAPI()
settings = Settings()
""",
    "a DSN of Sentry, which browsers know too": """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    SENTRY_DSN: str
app = FastAPI()
settings = Settings()
""",
    "what is said of secrets, and where they lie": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    bearer_token_scheme: str
    api_key_header_description: str
    signing_private_key_path: str
    password_file: str
""",
    "a validator of all fields that refuses nothing": """
from pydantic import model_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    client_secret: str = "0123"
    url: str = "http://id.example"
    full_url: str | None = None
    @model_validator(mode="after")
    def join(self):
        print("joining")
        self.full_url = self.url + "/token"
        return self
settings = Settings()
""",
    "hidden": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Config(BaseSettings):
    model_config = SettingsConfigDict(hide_input_in_errors=True)
    jwt_secret: str
""",
    "hidden in the base class": """
#= base.py
from pydantic_settings import BaseSettings
class Base(BaseSettings):
    model_config = {"hide_input_in_errors": True}
#= config.py
from base import Base
class Config(Base):
    jwt_secret: str
""",
    "hidden by a class keyword": """
from pydantic_settings import BaseSettings
class Config(BaseSettings, hide_input_in_errors=True):
    jwt_secret: str
""",
    "no secret": """
from pydantic_settings import BaseSettings
class Config(BaseSettings):
    host: str
    port: int = 8000
""",
    "nothing that an error prints": """
from pydantic_settings import BaseSettings
class Config(BaseSettings):
    secret_key: str = "change me"
    port: int = 8000
""",
    "no settings": """
from pydantic import BaseModel
class Login(BaseModel):
    password: str
""",
    "a configuration that nobody can read": """
from pydantic_settings import BaseSettings, SettingsConfigDict
from shared import options
class Config(BaseSettings):
    model_config = SettingsConfigDict(**options)
    jwt_secret: str
""",
    "defaults that are made by calls, so that no field is required": """
import secrets
from datetime import timedelta
from pydantic_settings import BaseSettings
class Config(BaseSettings):
    secret_key: str = secrets.token_hex(32)
    lasts: timedelta = timedelta(minutes=15)
""",
    "what is about a secret": """
from pydantic_settings import BaseSettings
class Config(BaseSettings):
    token_issuer: str
    token_url: str
    api_key_name: str
    secret_id: str = ""
""",
    "hidden by the class around it": """
from pydantic import BaseModel, ConfigDict
from pydantic_settings import BaseSettings
class Login(BaseSettings):
    password: str
class Config(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    login: Login
""",
}
