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
    user: str
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
    user: str
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
    issuer: str
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
    issuer: str
    jwt_secret: str
auth = AuthSettings()
#= mail.py
from pydantic_settings import BaseSettings
class MailSettings(BaseSettings):
    smtp_host: str
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
    domain: str
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
    issuer: str
    jwt_secret: str
""",
    "the last that is given, before a port": """
from pydantic_settings import BaseSettings
class Mailer(BaseSettings):  # !
    mail_server_name: str
    mail_server_user: str
    mail_server_password: str
    port: int
""",
    "a URL at the end, with its password": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):  # !
    service_name: str
    log_level: str
    database_url: str
""",
    "a default before it that no file sets": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):  # !
    model_config = SettingsConfigDict(env_file=".env")
    app_env: str = "development"
    database: str
    secret_key: str
    public_address: str
    private_address: str
#= .env.example
DATABASE=postgresql://db/app
SECRET_KEY=
PUBLIC_ADDRESS=
""",
    "a validator that refuses short ones, and none": """
from pydantic import field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):  # !
    signing_secret_of_tokens: str = ""
    @field_validator("signing_secret_of_tokens")
    @classmethod
    def check(cls, value):
        if not value:
            raise ValueError("none")
        if len(value) < 32:
            raise ValueError("too short")
        return value
""",
    "one of several parts, made by a dependency": """
#= parts.py
from pydantic_settings import BaseSettings
class Store(BaseSettings):  # !
    store_key: str
    store_secret_key: str
class Names(BaseSettings):
    service_name: str
    service_address: str
class Settings(Names, Store):
    log_level: str
    public_address: str
#= main.py
from fastapi import Depends, FastAPI
from parts import Settings, Store
app = FastAPI()
settings = Settings()
@app.get("/")
def read(store: Store = Depends()):
    return store.store_key
""",
    "a base that a field makes as well": """
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
class Store(BaseSettings):  # !
    store_key: str
    store_secret_key: str
class Settings(Store):
    service_name: str
    service_address_of_all: str
class Config(BaseModel):
    store: Store = Field(default_factory=Store)
settings = Settings()
""",
    "a part whose secret the joined class prints last": """
#= store.py
from pydantic_settings import BaseSettings
class Store(BaseSettings):
    store_address: str
    store_secret_key: str
#= names.py
from pydantic_settings import BaseSettings
class Names(BaseSettings):
    service_name: str
    service_address: str
#= config.py
from names import Names
from pydantic_settings import SettingsConfigDict
from store import Store
class Settings(Store, Names):  # !
    model_config = SettingsConfigDict(env_file=".env")
settings = Settings()
""",
}

LOOK_ALIKES = {
    "between others, where the error is cut": """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    service_name: str
    service_host: str
    jwt_secret: str
    public_address: str
    log_level: str
app = FastAPI()
settings = Settings()
""",
    "behind a default that .env sets": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="SHOP_")
    app_env: str = "development"
    database: str
    secret_key: str
    public_address: str
    private_address: str
#= .env.example
SHOP_APP_ENV=production
SHOP_DATABASE=postgresql://db/app
SHOP_SECRET_KEY=
SHOP_PUBLIC_ADDRESS=
""",
    "before defaults that a compose file sets": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    service_name: str
    service_host: str
    openai_api_key: str
    model_name: str = "small"
    log_level: str = "INFO"
#= compose.yaml
services:
  api:
    build: .
    environment:
      MODEL_NAME: large
      LOG_LEVEL: DEBUG
""",
    "a default that .env does not replace": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    secret_key: str = "change me"
    database_host: str
    public_address: str
    port: int = 8000
#= env.example
DATABASE_HOST=db
PORT=80
""",
    "a long name, of which no value is printed": """
from pydantic import Field
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    api_key: str = Field(validation_alias="PAYMENT_SERVICE_API_KEY")
    payment_service_address: str
    payment_service_customer: str
""",
    "a URL at the front, of which the scheme is printed": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    database_url: str
    service_name: str
    log_level: str
""",
    "a validator that refuses what is not set, and the default": """
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    production: bool = False
    token: SecretStr | None = None
    secret_key: str = "change me"
    @field_validator("token")
    @classmethod
    def check(cls, value, info):
        if info.data.get("production") and not value:
            raise ValueError("no token in production")
        return value
    @field_validator("secret_key")
    @classmethod
    def changed(cls, value: str) -> str:
        if value in ("", "change me"):
            raise ValueError("change the key")
        return value
""",
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
    issuer: str
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
    issuer: str
    jwt_secret: str
""",
    "hidden by a class keyword": """
from pydantic_settings import BaseSettings
class Config(BaseSettings, hide_input_in_errors=True):
    issuer: str
    jwt_secret: str
""",
    "one variable alone, beside which none is given": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    jwt_secret: str
    algorithm: str = "HS256"
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
    user: str
    password: str
""",
    "a configuration that nobody can read": """
from pydantic_settings import BaseSettings, SettingsConfigDict
from shared import options
class Config(BaseSettings):
    model_config = SettingsConfigDict(**options)
    issuer: str
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
    user: str
    password: str
class Config(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    login: Login
""",
    "a part whose secret stands in the middle of the joined class": """
#= parts.py
from pydantic_settings import BaseSettings
class Store(BaseSettings):
    store_key: str
    store_secret_key: str
class Names(BaseSettings):
    service_name: str
    service_address: str
class Mail(BaseSettings):
    mail_server: str
    mail_sender: str
#= config.py
from parts import Mail, Names, Store
from pydantic_settings import SettingsConfigDict
class Settings(Names, Store, Mail):
    model_config = SettingsConfigDict(env_file=".env")
settings = Settings()
#= store.py
from parts import Store
def connect(settings: Store) -> str:
    return settings.store_key
""",
    "a base that prints none with the fields of its heir": """
from fastapi import FastAPI
import parts
class Settings(parts.Store):
    public_address_of_service: str
    name_of_service: str
settings = Settings()
app = FastAPI()
#= parts.py
from pydantic_settings import BaseSettings
class Store(BaseSettings):
    bucket: str
    region: str
    store_secret_key: str
""",
    "a base whose heir hides the input": """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Base(BaseSettings):
    issuer: str
    jwt_secret: str
class Settings(Base):
    model_config = SettingsConfigDict(hide_input_in_errors=True)
settings = Settings()
""",
}
