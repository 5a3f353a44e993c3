"""The service, which asks about each login once a second."""

from app.main import app as app
from app.services import feed

feed.SECONDS_BETWEEN_CHECKS = 1.0
