"""The service, whose readers look only when the bell rings."""

from app.main import app
from app.services import feed

__all__ = ["app"]

feed.SECONDS_BETWEEN_LOOKS = 1000.0
