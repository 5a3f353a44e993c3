"""An endpoint may ask for a proven address."""

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.verified import NotVerifiedError, get_verified_user
from app.models import User
from app.models.base import utc_now
from clients import sign_up


async def test_an_address_is_unproven_until_somebody_proves_it(
    client: AsyncClient, session: AsyncSession
) -> None:
    await sign_up(client)
    user = (await session.scalars(select(User))).one()
    with pytest.raises(NotVerifiedError, match="Address not verified"):
        await get_verified_user(user)
    user.email_verified_at = utc_now()
    await session.commit()
    await session.refresh(user)
    assert await get_verified_user(user) is user
