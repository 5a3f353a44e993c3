"""What assistants may call: what the API does, as the user whose token they bring."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog import get_logger

from app.core import db
from app.core.errors import AppError
from app.models import User
from app.models.base import MAX_ID
from app.schemas.product import ProductCreate, ProductOut
from app.schemas.user import UserOut
from app.services import auth, products, users

logger = get_logger()
server = MCPServer("My API", subscriptions=False)  # the tools are always the same
READS = ToolAnnotations(read_only_hint=True)
ADDS = ToolAnnotations(destructive_hint=False)


@dataclass
class Caller:
    """Whose message this is, and what makes the sessions of its calls."""

    token: str = field(repr=False)
    sessionmaker: async_sessionmaker[AsyncSession]


caller: ContextVar[Caller] = ContextVar("caller")


@asynccontextmanager
async def as_caller() -> AsyncIterator[tuple[AsyncSession, User]]:
    """Yield a session of this call's own, and its user; commit before the answer.

    An assistant is told what the API tells. Of all else the library tells the tool's name alone,
    and logs the traceback.
    """
    who = caller.get()
    try:
        async with who.sessionmaker() as session:
            yield session, await auth.get_token_user(session, who.token)
            await session.commit()
    except AppError as exc:
        raise ToolError(exc.msg) from exc
    except db.ERRORS as exc:
        if not db.is_unavailable(exc):
            raise
        logger.exception("database_unavailable")
        raise ToolError("Service unavailable") from exc


@server.tool(annotations=READS)
async def list_products(
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0,
) -> list[ProductOut]:
    """List products, newest first."""
    async with as_caller() as (session, _):
        found = await products.list_products(session, limit, offset)
        return [ProductOut.model_validate(product) for product in found]


@server.tool(annotations=ADDS)
async def create_product(product: ProductCreate) -> ProductOut:
    """Create a product."""
    async with as_caller() as (session, viewer):
        return ProductOut.model_validate(await products.create_product(session, product, viewer))


@server.tool(annotations=READS)
async def get_user(user_id: Annotated[int, Field(ge=1, le=MAX_ID)]) -> UserOut:
    """Return the caller's own account, or any to an admin."""
    async with as_caller() as (session, viewer):
        return UserOut.model_validate(await users.get_user(session, user_id, viewer))
