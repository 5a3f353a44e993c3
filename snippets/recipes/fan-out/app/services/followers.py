"""A client that follows the new products."""

import asyncio
import random
from collections.abc import Sequence

from app.models import Product
from app.services import auth
from app.services.feed import Feed, Sessionmaker
from app.services.new_products import Position, products_after, require_past

SECONDS_BETWEEN_CHECKS = 30.0  # so long who is no longer logged in may go on


class Follower:
    """A client of the feed, whose token is asked about now and then, not for each event."""

    def __init__(self, feed: Feed, sessionmaker: Sessionmaker, token: str) -> None:
        self._feed = feed
        self._sessionmaker = sessionmaker
        self._token = token
        # The first was before this; not all who came at once, after a restart say, ask at once.
        wait = random.uniform(0, SECONDS_BETWEEN_CHECKS)
        self._check_at = asyncio.get_running_loop().time() + wait

    async def after(
        self, position: Position, seconds: float = SECONDS_BETWEEN_CHECKS
    ) -> Sequence[Product]:
        """Return products after a position; raise `NotAuthenticatedError` once the login ends."""
        now = asyncio.get_running_loop().time()
        if now >= self._check_at:
            async with self._sessionmaker() as session:
                await auth.get_token_user(session, self._token)
                await require_past(session, position)
            self._check_at = now + SECONDS_BETWEEN_CHECKS
        if not self._feed.holds(position):  # it comes back after a while
            async with self._sessionmaker() as session:
                if found := await products_after(session, position):
                    return found
        return await self._feed.after(position, min(seconds, self._check_at - now))
