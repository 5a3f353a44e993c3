"""A limit of failed logins in the database: exact, also for attempts at the same instant."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import get_settings
from app.core.errors import AppError, NotAuthenticatedError
from app.models.base import utc_now
from app.models.login_failures import LoginFailures

WINDOW = timedelta(minutes=15)  # from the first failure
BY_ADDRESS = 10  # times the limit, for all accounts together: an office has one address
BY_ACCOUNT = 20  # times the limit, from all addresses: lower, and strangers lock people out
SWEPT = 10  # rows that one attempt deletes at most; it adds three

# Set for each request, so that no way in forgets to hand it on.
client_network: ContextVar[str] = ContextVar("client_network", default="unknown")


class TooManyFailuresError(AppError):
    """Too many logins failed, for this account or from this address."""

    status_code = 429
    msg = "Too many failed logins"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(seconds)}


@asynccontextmanager
async def counted(
    sessionmaker: async_sessionmaker[AsyncSession], email: str
) -> AsyncIterator[None]:
    """Count what is done within as a failure, before it begins; take that back unless it fails.

    Counted afterwards, all attempts of one instant would pass. Raise `TooManyFailuresError`. No
    connection is held meanwhile.
    """
    limits = limits_of(email, client_network.get())
    while not await _take(sessionmaker, limits):
        await _add_missing(sessionmaker, [*limits])
    try:
        yield
    except NotAuthenticatedError:
        raise
    except Exception:  # not the client's failure
        await _give_back(sessionmaker, [*limits])
        raise
    pair, *others = limits
    await _give_back(sessionmaker, others, forgiven=pair)


def limits_of(email: str, network: str) -> dict[str, int]:
    """Return the limit of each key; the first is that of the account from this network.

    The keys are hashes: people type passwords where their address belongs.
    """
    limit = get_settings().login_failures
    words = {
        f"both {network} {email}": limit,
        f"address {network}": BY_ADDRESS * limit,
        f"account {email}": BY_ACCOUNT * limit,
    }
    return {sha256(word.encode()).hexdigest(): value for word, value in words.items()}


async def _take(sessionmaker: async_sessionmaker[AsyncSession], limits: dict[str, int]) -> bool:
    """Count a failure for each key; return False where one has no row yet.

    Rows are locked in one order, so two attempts cannot wait for each other.
    """
    query = select(LoginFailures).where(LoginFailures.key.in_(limits)).order_by(LoginFailures.key)
    async with sessionmaker.begin() as session:
        rows = [*await session.scalars(query.with_for_update())]
        if len(rows) < len(limits):
            return False
        now = utc_now()
        for row in rows:
            if row.ends_at <= now:
                row.failures, row.ends_at = 0, now + WINDOW
        full = [row.ends_at for row in rows if row.failures >= limits[row.key]]
        if full:
            raise TooManyFailuresError(math.ceil((max(full) - now).total_seconds()))
        for row in rows:
            row.failures += 1
        await _sweep(session, [*limits])
        return True


async def _add_missing(sessionmaker: async_sessionmaker[AsyncSession], keys: list[str]) -> None:
    """Add rows, each in a transaction: on MariaDB a refused INSERT leaves a lock until its end."""
    there = select(LoginFailures.key).where(LoginFailures.key.in_(keys))
    async with sessionmaker() as session:
        for key in sorted({*keys} - {*await session.scalars(there)}):
            session.add(LoginFailures(key=key, ends_at=utc_now() + WINDOW))
            try:
                await session.commit()
            except IntegrityError:  # another attempt was first
                await session.rollback()


async def _give_back(
    sessionmaker: async_sessionmaker[AsyncSession], keys: list[str], forgiven: str = ""
) -> None:
    one_less = case((LoginFailures.failures > 0, LoginFailures.failures - 1), else_=0)
    async with sessionmaker.begin() as session:
        for key in sorted([*keys, forgiven]):
            failures = 0 if key == forgiven else one_less
            statement = update(LoginFailures).where(LoginFailures.key == key)
            await session.execute(statement.values(failures=failures))


async def _sweep(session: AsyncSession, kept: list[str]) -> None:
    """Delete some of what counts no more, except what others hold: it waits for nobody."""
    query = select(LoginFailures.key).where(
        LoginFailures.ends_at <= utc_now(), LoginFailures.key.not_in(kept)
    )
    keys = [*await session.scalars(query.limit(SWEPT).with_for_update(skip_locked=True))]
    if keys:
        await session.execute(delete(LoginFailures).where(LoginFailures.key.in_(keys)))
