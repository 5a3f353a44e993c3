from typing import Optional

from pydantic import BaseSettings


class Settings(BaseSettings):
    currency: str = "EUR"
    limit: int = 100
    motd: Optional[str]

    class Config:
        env_prefix = "WAREHOUSE_"


settings = Settings()
