"""The OpenID provider (Authlib)."""

import asyncio
import hmac
import time
from dataclasses import dataclass
from typing import Any

from authlib.integrations.starlette_client import OAuth, OAuthError, StarletteOAuth2App
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from structlog import get_logger

from app.core.config import get_settings
from app.core.errors import AppError, NotAuthenticatedError
from app.core.userinfo import completed

logger = get_logger()
MINUTES = 10  # to log in at the provider
_AUDIENCE = "oidc-login"  # so that no access token passes for a begun login, nor the reverse
_ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519"}
_SUPPORTED = "id_token_signing_alg_values_supported"


class ProviderFailedError(AppError):
    """The provider does not answer, or answers what nobody understands."""

    status_code = 502
    msg = "The login provider failed"


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, by which word it comes back, and the cookie that knows the word."""

    url: str
    state: str
    cookie: str


def create_provider(**client_options: object) -> StarletteOAuth2App:
    """Return the provider of the settings, which is asked for its endpoints at the first login."""
    settings = get_settings()
    return OAuth().register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"}
        | client_options,
    )


async def begin(provider: StarletteOAuth2App) -> Begun:
    """Begin a login; raise `ProviderFailedError`."""
    redirect_uri = get_settings().oidc_redirect_uri
    try:
        async with asyncio.timeout(10):
            await _load_metadata(provider)
            begun = await provider.create_authorization_url(redirect_uri)
    except (HTTPError, TimeoutError, ValueError, RuntimeError) as exc:
        logger.warning("provider_failed", reason=repr(exc))
        raise ProviderFailedError from exc
    url: str = begun.pop("url")  # state, nonce and code_verifier are left
    claims = begun | {"aud": _AUDIENCE, "exp": int(time.time()) + MINUTES * 60}
    return Begun(url, begun["state"], jwt.encode({"alg": "HS256"}, claims, _key()))


async def finish(
    provider: StarletteOAuth2App, cookie: str, code: str, state: str
) -> dict[str, Any]:
    """Return what the provider says of who came back.

    Raises `NotAuthenticatedError` and `ProviderFailedError`.
    """
    try:
        begun = _read(cookie)
        # Else a stranger's code would log this browser in as the stranger.
        if not hmac.compare_digest(begun["state"].encode(), state.encode()):
            raise NotAuthenticatedError
        async with asyncio.timeout(10):
            metadata = await _load_metadata(provider)
            token = await provider.fetch_access_token(
                redirect_uri=get_settings().oidc_redirect_uri,
                code=code,
                code_verifier=begun["code_verifier"],
            )
            options = {
                "iss": {"essential": True, "value": metadata["issuer"]},
                # Authlib checks it only if told: a token for another client is no login here.
                "aud": {"essential": True, "value": provider.client_id},
            }
            claims = await provider.parse_id_token(token, begun["nonce"], claims_options=options)
            if claims is None:
                raise ProviderFailedError  # it gave no ID token
            return await completed(provider, token, dict(claims))
    except (JoseError, OAuthError) as exc:
        logger.warning("login_refused", reason=repr(exc))
        raise NotAuthenticatedError from exc
    except (HTTPError, TimeoutError, ValueError, RuntimeError) as exc:
        logger.warning("provider_failed", reason=repr(exc))
        raise ProviderFailedError from exc


async def _load_metadata(provider: StarletteOAuth2App) -> dict[str, Any]:
    """Return what the provider says of itself; its keys are asked for again if one is unknown."""
    metadata: dict[str, Any] = await provider.load_server_metadata()
    if metadata.get("issuer") != get_settings().oidc_issuer:
        raise ValueError("the provider names another issuer")
    supported = metadata.get(_SUPPORTED, [])
    metadata[_SUPPORTED] = [each for each in supported if each in _ALGORITHMS]  # not "none"
    return metadata


def _read(cookie: str) -> dict[str, str]:
    claims = jwt.decode(cookie, _key(), algorithms=["HS256"]).claims
    jwt.JWTClaimsRegistry(
        exp={"essential": True}, aud={"essential": True, "value": _AUDIENCE}
    ).validate(claims)
    return claims


def _key() -> OctKey:
    return OctKey.import_key(get_settings().jwt_secret.get_secret_value())
