"""Settings from the environment."""

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is read from the variable `APP_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    database_url: PostgresDsn
    jwt_secret: SecretStr = Field(min_length=32)


settings = Settings()
