from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WAREHOUSE_")

    currency: str = "EUR"
    limit: int = 100
    motd: str | None = None


settings = Settings()
