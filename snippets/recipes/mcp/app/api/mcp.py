"""The Model Context Protocol at /mcp: one POST for each message, answered with JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

from app.api.deps import SessionmakerDep, get_current_user, oauth2_scheme
from app.api.tools import Caller, caller, server
from app.core.config import get_settings


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, StreamableHTTPSessionManager]]:
    """Run the protocol with the service: the lifespan of a mounted application never runs.

    Each start makes a manager, as one runs only once.
    """
    settings = get_settings()
    server.streamable_http_app(
        stateless_http=True,  # a session would be in the memory of one worker
        json_response=True,
        max_request_body_size=1_048_576,  # as of the API
        transport_security=TransportSecuritySettings(
            allowed_hosts=[*settings.mcp_hosts], allowed_origins=[*settings.cors_origins]
        ),
    )
    async with server.session_manager.run():
        yield {"mcp": server.session_manager}


router = APIRouter(lifespan=lifespan)


class ProtocolResponse(Response):
    """What the protocol answers to this request, whose body it reads itself."""

    def __init__(self, manager: StreamableHTTPSessionManager, who: Caller) -> None:
        super().__init__()
        self.manager = manager
        self.who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the tools find the caller in the context."""
        caller.set(self.who)
        await self.manager.handle_request(scope, receive, send)


@router.post("/mcp", include_in_schema=False, dependencies=[Depends(get_current_user)])
async def exchange(
    request: Request,
    token: Annotated[str, Depends(oauth2_scheme)],
    sessionmaker: SessionmakerDep,
) -> Response:
    """Hand a message on, of a token that is valid now; the session of that check is closed."""
    return ProtocolResponse(request.state.mcp, Caller(token, sessionmaker))
