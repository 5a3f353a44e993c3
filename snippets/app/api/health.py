"""The health check."""

import asyncio

from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from structlog import get_logger

logger = get_logger()
router = APIRouter(tags=["health"])


@router.get("/healthz", responses={503: {"description": "The database does not answer"}})
async def healthz(request: Request, response: Response) -> dict[str, str]:
    """Ask the database, over a connection that busy requests cannot take, for at most 2 s."""
    try:  # where the network is silent, SQLAlchemy takes 2 s more to close that connection
        async with asyncio.timeout(2), request.state.health_engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as exc:
        logger.warning("health_check_failed", reason=repr(exc))
        response.status_code = 503
        return {"status": "unavailable"}
    return {"status": "ok"}
