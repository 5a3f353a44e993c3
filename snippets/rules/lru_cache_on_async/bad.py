"""Settings that are read once, by a coroutine that is kept."""

from functools import lru_cache
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic_settings import BaseSettings

app = FastAPI()


class Settings(BaseSettings):
    """What the environment says."""

    shop_name: str = "Corner shop"


@lru_cache
async def get_settings() -> Settings:
    """Read the settings once."""
    return Settings()


SettingsDep = Annotated[Settings, Depends(get_settings)]


@app.get("/shop")
async def read_shop(settings: SettingsDep) -> dict[str, str]:
    """Return what the front page shows."""
    return {"name": settings.shop_name}
