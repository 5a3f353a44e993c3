"""What is done with users."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """A user."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def rename_user(session: AsyncSession, user: User, name: str) -> None:
    """Give a user another name."""
    user.name = name
    session.commit()


async def user_name(session: AsyncSession, user_id: int) -> str:
    """Return the name of a user."""
    return session.get_one(User, user_id).name


async def greeting(session: AsyncSession, user_id: int) -> str:
    """Return what to say to a user, or to a stranger."""
    user = session.get(User, user_id)
    if not user:
        return "Who are you?"
    return "Welcome back!"


async def delete_user(session, user):
    """Delete a user."""
    session.delete(user)
    await session.commit()
