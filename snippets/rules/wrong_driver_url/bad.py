"""Settings that take any database URL."""

from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.ext.asyncio import create_async_engine


class Settings(BaseSettings):
    """What the environment says."""

    model_config = SettingsConfigDict(env_prefix="APP_", hide_input_in_errors=True)

    database_url: str


settings = Settings()
engine = create_async_engine(settings.database_url)
