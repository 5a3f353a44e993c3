"""The session and the caller."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import User
from app.services import auth

# No slash before it: relative to the path that a proxy adds.
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="api/v1/auth/login")


async def get_sessionmaker(request: Request) -> async_sessionmaker[AsyncSession]:
    """Return the factory that the lifespan made; tests override this."""
    maker: async_sessionmaker[AsyncSession] = request.state.sessionmaker
    return maker


SessionmakerDep = Annotated[async_sessionmaker[AsyncSession], Depends(get_sessionmaker)]


async def get_db(sessionmaker: SessionmakerDep) -> AsyncIterator[AsyncSession]:
    """Open a session, commit if the endpoint returns, roll back if it raises."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


# scope="function" (FastAPI 0.121) commits before the response is sent. The default commits after
# it: the client reads 201, then the commit fails. Use this one alias everywhere: another scope
# would be another session in the same request.
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def get_current_user(
    token: Annotated[str, Depends(oauth2_scheme)], session: SessionDep
) -> User:
    """Return the caller; answer 401 to every other token."""
    return await auth.get_token_user(session, token)


CurrentUser = Annotated[User, Depends(get_current_user)]


async def forbid_caches(response: Response) -> None:
    """Let nobody keep the answer: a router of tokens or private data depends on this."""
    response.headers["Cache-Control"] = "no-store"
