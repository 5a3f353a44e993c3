"""The service, which asks about each login once a second."""

from app.main import app
from app.services import feed

__all__ = ["app"]

feed.SECONDS_BETWEEN_CHECKS = 1.0
