"""The service, whose readers look only when the bell rings."""

from app.main import app as app
from app.services import feed

feed.SECONDS_BETWEEN_LOOKS = 1000.0
