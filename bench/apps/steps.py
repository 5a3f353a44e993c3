"""The service, with each step of `hot_endpoint.py` beside its own listing."""

from app.main import app
from hot_endpoint import router

app.include_router(router)

__all__ = ["app"]
