"""Settings from the environment, which stay out of error messages."""

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is read from the variable `APP_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="APP_", hide_input_in_errors=True)

    database_url: PostgresDsn
    jwt_secret: SecretStr = Field(min_length=32)


settings = Settings()
