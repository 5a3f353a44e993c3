"""An OpenID provider for tests, over HTTP in this process: strict, until told to err."""

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Form, Header
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

URL = "https://login.example.com"
CREDENTIALS = "Basic " + base64.b64encode(b"my-api:client secret").decode()


def base64url(data: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """What it says of the user, what it errs in, and its endpoints."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = {"sub": "1", "email": "ada@example.com", "email_verified": True}
        self.claims: dict[str, Any] = {}  # in place of the right ones; None leaves one out
        self.odd: dict[str, Any] = {}  # as they are, None too
        self.told_apart: dict[str, Any] = {}  # by its UserInfo endpoint
        self.algorithm = "RS256"
        self.metadata: dict[str, Any] = {}
        self.signing_key: Any = None  # in place of the last of its own
        self.keys: list[RSAKey] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.rotate()
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.configuration)
        self.app.get("/keys")(self.public_keys)
        self.app.post("/token")(self.token)
        self.app.get("/userinfo")(self.userinfo)

    def rotate(self) -> None:
        """Sign with a new key, and forget the old one."""
        number = str(time.monotonic_ns())
        self.keys = [RSAKey.generate_key(2048, {"kid": number, "use": "sig"})]

    def authorize(self, url: str) -> tuple[str, str]:
        """Log the user in, as the browser does; return code and state for the frontend."""
        query = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{URL}/authorize?")
        assert {query["response_type"], query["code_challenge_method"]} == {"code", "S256"}
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return code, query["state"]

    async def configuration(self) -> dict[str, Any]:
        """Answer what the provider can."""
        return {
            "issuer": URL,
            "authorization_endpoint": f"{URL}/authorize",
            "token_endpoint": f"{URL}/token",
            "jwks_uri": f"{URL}/keys",
            "userinfo_endpoint": f"{URL}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata

    async def public_keys(self) -> Any:
        """Answer the keys that tokens are signed with."""
        return KeySet(self.keys).as_dict(private=False)

    async def userinfo(self, authorization: str = Header()) -> Any:
        """Answer who the user of an access token is."""
        assert authorization == "Bearer x"
        return {"sub": self.user["sub"]} | self.told_apart

    async def token(
        self,
        code: str = Form(),
        redirect_uri: str = Form(),
        code_verifier: str = Form(),
        authorization: str = Header(),
    ) -> Any:
        """Exchange a code, once, for who gave the challenge of this verifier."""
        asked = self.codes.pop(code, {})
        challenge = base64url(hashlib.sha256(code_verifier.encode()).digest())
        if (authorization, redirect_uri, challenge) != (
            CREDENTIALS, asked.get("redirect_uri"), asked.get("code_challenge"),
        ):  # fmt: skip
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        right = {"iss": URL, "aud": "my-api", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims = {k: v for k, v in (right | self.user | self.claims).items() if v is not None}
        claims |= self.odd
        key = self.signing_key or self.keys[-1]
        header = {"alg": self.algorithm, "kid": self.keys[-1].kid}
        if self.algorithm == "none":
            token = ".".join(
                [*(base64url(json.dumps(part).encode()) for part in (header, claims)), ""]
            )
        else:
            token = jwt.encode(header, claims, key, algorithms=[self.algorithm])
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}
