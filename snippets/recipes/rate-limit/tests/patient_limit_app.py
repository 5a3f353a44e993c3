"""The app on a busy machine: its store may take long, and is not taken for absent."""

from app.core import rate_limit
from app.main import app
from patience import patient

__all__ = ["app"]

rate_limit.STORE_SECONDS = patient(30)
