"""What a provider tells of a user apart from the ID token."""

from typing import Any

from authlib.integrations.starlette_client import StarletteOAuth2App

from app.core.errors import NotAuthenticatedError


async def completed(
    provider: StarletteOAuth2App, token: dict[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    """Add what only the UserInfo endpoint tells: some tell the address there (Core, 5.4)."""
    metadata = await provider.load_server_metadata()
    if claims.get("email") is not None or not metadata.get("userinfo_endpoint"):
        return claims
    told = dict(await provider.userinfo(token=token))
    if told.get("sub") != claims["sub"]:  # of somebody else (Core, 5.3.2)
        raise NotAuthenticatedError
    return claims | told
