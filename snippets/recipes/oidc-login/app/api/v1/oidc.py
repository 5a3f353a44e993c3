"""Login by an OpenID provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from authlib.integrations.starlette_client import StarletteOAuth2App
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import ValidationError

from app.api.deps import SessionDep
from app.api.errors import documented
from app.core import oidc
from app.core.errors import NotAuthenticatedError
from app.schemas.oidc import Claims, LoginBegun, LoginFinished
from app.schemas.session import TokenPair
from app.services.oidc import AddressNotProvenError, AddressTakenError, log_in


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, StarletteOAuth2App]]:
    """Know the provider; it is first asked at a login."""
    yield {"oidc_provider": oidc.create_provider(timeout=5)}


router = APIRouter(prefix="/oidc", lifespan=lifespan)  # joins the router of the login


async def get_provider(request: Request) -> StarletteOAuth2App:
    """Return the provider that the lifespan made; tests override this."""
    return request.state.oidc_provider


ProviderDep = Annotated[StarletteOAuth2App, Depends(get_provider)]


def cookie_name(state: str) -> str:
    """Return a name of its own for each login: two may be under way in two tabs.

    By its prefix, browsers take it from this host only: no subdomain can slip a login in.
    """
    return f"__Host-oidc_login_{state}"


@router.post("", responses=documented(oidc.ProviderFailedError))
async def begin_login(provider: ProviderDep, response: Response) -> LoginBegun:
    """Say where the browser logs in; the cookie binds the login to this browser."""
    begun = await oidc.begin(provider)
    response.set_cookie(
        cookie_name(begun.state),
        begun.cookie,
        max_age=oidc.MINUTES * 60,
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return LoginBegun(url=begun.url)


@router.post(
    "/login",
    responses=documented(
        NotAuthenticatedError, AddressNotProvenError, AddressTakenError, oidc.ProviderFailedError
    ),
)
async def finish_login(
    request: Request,
    body: LoginFinished,
    provider: ProviderDep,
    session: SessionDep,
    response: Response,
) -> TokenPair:
    """Exchange what the provider gave the browser for an access token and a refresh token."""
    name = cookie_name(body.state)
    told = await oidc.finish(provider, request.cookies.get(name, ""), body.code, body.state)
    try:
        claims = Claims.model_validate(told)
    except ValidationError:  # of `sub`
        raise oidc.ProviderFailedError from None
    response.delete_cookie(name, secure=True, httponly=True, samesite="lax")
    return await log_in(session, claims)
