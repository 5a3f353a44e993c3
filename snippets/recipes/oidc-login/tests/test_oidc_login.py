"""Login by a provider: what is refused, and whose account it is."""

import importlib
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from httpx import AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.v1.oidc import cookie_name, get_provider
from app.core import oidc, security
from app.core.config import get_settings
from app.main import app
from app.models import OidcIdentity, RefreshToken, User
from app.models.base import utc_now
from clients import ADA, client_on, headers_of, sign_up
from issuer import Issuer

API = "/api/v1/auth/oidc"


@pytest.fixture
async def issuer(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Issuer]:
    """The provider, which the client's requests ask."""
    monkeypatch.setenv("APP_OIDC_CLIENT_SECRET", "client secret")
    get_settings.cache_clear()
    issuer = Issuer()
    provider = oidc.create_provider(transport=httpx2.ASGITransport(issuer.app))
    app.dependency_overrides[get_provider] = lambda: provider
    yield issuer
    get_settings.cache_clear()


async def begin(client: AsyncClient) -> tuple[str, str]:
    """Begin a login; return where the browser goes, and its cookie."""
    answer = await client.post(API)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Max-Age=600"} <= {*cookie.split("; ")}
    url = answer.json()["url"]
    name, _, value = cookie.partition(";")[0].partition("=")
    assert name == cookie_name(httpx2.URL(url).params["state"])
    assert name.startswith("__Host-")  # no page of a subdomain sets it
    assert "Path=/" in cookie.split("; ")
    return url, value


async def finish(client: AsyncClient, cookie: str, code: str, state: str) -> Response:
    """Bring back what the provider gave the browser."""
    headers = {"Cookie": f"{cookie_name(state)}={cookie}"} if cookie else {}
    return await client.post(f"{API}/login", json={"code": code, "state": state}, headers=headers)


async def log_in(client: AsyncClient, issuer: Issuer) -> Response:
    """Log in by the provider."""
    url, cookie = await begin(client)
    return await finish(client, cookie, *issuer.authorize(url))


async def user_of(client: AsyncClient, answer: Response) -> int:
    """Return whose token it is."""
    assert answer.status_code == 200, answer.text
    return security.decode_access_token(answer.json()["access_token"]).user_id


async def with_password(client: AsyncClient) -> Response:
    """Log in by password."""
    form = {"username": ADA["email"], "password": ADA["password"]}
    return await client.post("/api/v1/auth/session", data=form)


async def test_the_first_login_makes_an_account_and_the_next_find_it(
    client: AsyncClient, session: AsyncSession, issuer: Issuer
) -> None:
    issuer.user["name"] = "Ada Lovelace"
    ada = await user_of(client, await log_in(client, issuer))
    issuer.user |= {"email": "countess@example.com", "email_verified": False}
    answer = await log_in(client, issuer)
    assert await user_of(client, answer) == ada  # `sub` counts
    user = await session.get_one(User, ada)
    assert (user.email, user.full_name) == (ADA["email"], "Ada Lovelace")
    assert user.email_verified_at is not None
    refreshed = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]}
    )
    assert refreshed.status_code == 200
    assert (await with_password(client)).status_code == 401


@pytest.mark.parametrize("sub", ["1", "2"])
async def test_what_the_id_token_leaves_out_is_asked_for(
    client: AsyncClient, session: AsyncSession, issuer: Issuer, sub: str
) -> None:
    """Some, Authelia say, tell the address only there (OpenID Connect Core, 5.4), of this user."""
    issuer.told_apart = {**issuer.user, "name": "Ada Lovelace", "sub": sub}
    issuer.user = {"sub": "1"}
    answer = await log_in(client, issuer)
    if sub == "1":
        user = await session.get_one(User, await user_of(client, answer))
        assert (user.email, user.full_name) == (ADA["email"], "Ada Lovelace")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "odd",
    [{"name": None}, {"name": 1}, {"name": "a\0b"}, {"email_verified": "x"}, {"email": "ada"}],
)
async def test_odd_claims_lock_nobody_out_whose_account_is_known(
    client: AsyncClient, issuer: Issuer, odd: dict[str, Any]
) -> None:
    ada = await user_of(client, await log_in(client, issuer))
    issuer.odd = odd
    assert await user_of(client, await log_in(client, issuer)) == ada


async def test_an_address_is_proven_where_it_is_told(client: AsyncClient, issuer: Issuer) -> None:
    """Not by a word of the ID token, which names no address."""
    issuer.told_apart = issuer.user | {"email_verified": False}
    issuer.user = {"sub": "1", "email_verified": True}
    assert (await log_in(client, issuer)).status_code == 403


async def test_a_user_whom_nobody_can_store_is_an_error_of_the_provider(
    client: AsyncClient, issuer: Issuer
) -> None:
    issuer.user["sub"] = "x" * 256
    assert (await log_in(client, issuer)).status_code == 502


async def test_a_null_is_a_claim_that_is_left_out(
    client: AsyncClient, session: AsyncSession, issuer: Issuer
) -> None:
    issuer.odd = {"name": None}
    user = await session.get_one(User, await user_of(client, await log_in(client, issuer)))
    assert user.full_name == "ada"


NOW = int(time.time())
BAD_TOKENS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://thief.example"},
    "another client": {"aud": "another"},
    "another client, issued to us": {"aud": ["another"], "azp": "my-api"},
    "no audience": {"aud": None},
    "of another login": {"nonce": "another"},
    "of no login": {"nonce": None},
    "expired": {"exp": NOW - 3600},
    "for ever": {"exp": None},
    "of the future": {"iat": NOW + 3600},
}


@pytest.mark.parametrize("claims", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_a_token_that_is_not_for_this_login_is_refused(
    client: AsyncClient, issuer: Issuer, claims: dict[str, Any]
) -> None:
    issuer.claims = claims
    assert (await log_in(client, issuer)).status_code == 401


@pytest.mark.filterwarnings("ignore:JWS algorithm")  # of joserfc, which takes it nevertheless
@pytest.mark.parametrize("what", ["audience", "signature"])
async def test_authlib_checks_an_audience_and_a_signature_only_if_told(
    issuer: Issuer, what: str
) -> None:
    if what == "audience":
        issuer.claims = {"aud": ["another"], "azp": "my-api"}
    else:
        issuer.metadata["id_token_signing_alg_values_supported"] = ["RS256", "none"]
        issuer.algorithm = "none"
    provider = app.dependency_overrides[get_provider]()
    redirect_uri = get_settings().oidc_redirect_uri
    begun = await provider.create_authorization_url(redirect_uri)
    code, _ = issuer.authorize(begun["url"])
    token = await provider.fetch_access_token(
        redirect_uri=redirect_uri, code=code, code_verifier=begun["code_verifier"]
    )
    assert (await provider.parse_id_token(token, begun["nonce"]))["sub"] == "1"


@pytest.mark.parametrize("how", ["unsigned", "by the secret", "by another key"])
async def test_a_token_that_the_provider_did_not_sign_is_refused(
    client: AsyncClient, issuer: Issuer, how: str
) -> None:
    """Also where it says that it can sign so."""
    issuer.metadata["id_token_signing_alg_values_supported"] = ["none", "HS256", "RS256"]
    issuer.algorithm, issuer.signing_key = {
        "unsigned": ("none", None),
        "by the secret": ("HS256", OctKey.import_key("client secret, of enough characters")),
        "by another key": ("RS256", RSAKey.generate_key(2048)),
    }[how]
    assert (await log_in(client, issuer)).status_code == 401


async def test_a_new_key_of_the_provider_is_fetched(client: AsyncClient, issuer: Issuer) -> None:
    first = await user_of(client, await log_in(client, issuer))
    issuer.rotate()
    assert await user_of(client, await log_in(client, issuer)) == first


async def test_a_strangers_code_logs_nobody_in(client: AsyncClient, issuer: Issuer) -> None:
    """Else a link logs its reader into the stranger's account, which collects what they enter."""
    url, own = await begin(client)
    code, state = issuer.authorize(url)
    _, victims = await begin(client)
    assert (await finish(client, victims, code, state)).status_code == 401
    assert (await finish(client, "", code, state)).status_code == 401
    assert (await finish(client, own, code, state)).status_code == 200
    assert (await finish(client, own, code, state)).status_code == 401  # a code works once


async def test_logins_in_two_tabs_of_a_browser_both_end_well(
    client: AsyncClient, issuer: Issuer
) -> None:
    jar: dict[str, str] = {}
    returns = []
    for _ in range(2):
        answer = await client.post(API)
        name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
        jar[name] = value
        returns.append(issuer.authorize(answer.json()["url"]))
    cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    for code, state in returns:
        sent = {"code": code, "state": state}
        answer = await client.post(f"{API}/login", json=sent, headers=cookies)
        assert answer.status_code == 200
        [deleted] = [name for name in jar if f"{name}=" in answer.headers["set-cookie"]]
        assert deleted.endswith(state)


async def test_a_code_is_of_no_use_without_the_verifier(
    client: AsyncClient, issuer: Issuer
) -> None:
    """Who reads the code on its way, and begins a login of the same state, has no verifier."""
    url, _ = await begin(client)
    code, state = issuer.authorize(url)
    claims = {"state": state, "nonce": issuer.codes[code]["nonce"], "code_verifier": "x" * 48}
    begun = claims | {"aud": "oidc-login", "exp": NOW + 600}
    key = OctKey.import_key(get_settings().jwt_secret.get_secret_value())
    cookie = jwt.encode({"alg": "HS256"}, begun, key)
    assert (await finish(client, cookie, code, state)).status_code == 401


async def test_what_is_no_begun_login_is_refused(client: AsyncClient, issuer: Issuer) -> None:
    await sign_up(client)
    access_token = (await headers_of(client))["Authorization"].removeprefix("Bearer ")
    url, cookie = await begin(client)
    code, state = issuer.authorize(url)
    for each in ("x", access_token, f"{cookie}x"):
        assert (await finish(client, each, code, state)).status_code == 401
    bearer = {"Authorization": f"Bearer {cookie}"}
    assert (await client.get("/api/v1/users/1", headers=bearer)).status_code == 401


def naive_may_link(told: dict[str, Any]) -> bool:
    """Decide as most write it first."""
    return bool(told.get("email") and told.get("email_verified", True))


@pytest.mark.parametrize("verified", [False, None, "false"])
async def test_an_address_that_is_not_proven_opens_no_account(
    client: AsyncClient, session: AsyncSession, issuer: Issuer, verified: object
) -> None:
    """Anybody may write Ada's address into their profile at the provider."""
    await sign_up(client)
    issuer.user = {"sub": "thief", "email": ADA["email"], "email_verified": verified}
    answer = await log_in(client, issuer)
    assert answer.status_code == 403
    assert await session.scalar(select(func.count(OidcIdentity.id))) == 0
    told = {name: value for name, value in issuer.user.items() if value is not None}
    assert naive_may_link(told) == (verified is not False)


async def test_a_proven_account_is_found_and_keeps_its_password(
    client: AsyncClient, session: AsyncSession, issuer: Issuer
) -> None:
    ada = (await sign_up(client))["id"]
    await session.execute(update(User).values(email_verified_at=utc_now()))
    await session.commit()
    issuer.user["email"] = "ADA@example.com"
    assert await user_of(client, await log_in(client, issuer)) == ada
    assert (await with_password(client)).status_code == 200


async def test_who_signed_up_with_anothers_address_loses_the_account_to_its_owner(
    client: AsyncClient, session: AsyncSession, issuer: Issuer
) -> None:
    """A trap laid before Ada came: linked as it is, the thief would log in beside her."""
    ada = (await sign_up(client))["id"]
    thief = (await with_password(client)).json()
    assert await user_of(client, await log_in(client, issuer)) == ada
    assert (await with_password(client)).status_code == 401
    answer = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": thief["refresh_token"]}
    )
    assert answer.status_code == 401
    bearer = {"Authorization": f"Bearer {thief['access_token']}"}
    assert (await client.get(f"/api/v1/users/{ada}", headers=bearer)).status_code == 401
    assert await session.scalar(select(func.count(RefreshToken.id))) == 1


async def test_who_gets_an_address_later_gets_no_account_with_it(
    client: AsyncClient, issuer: Issuer
) -> None:
    """A company gives the address of who has left to who comes."""
    await log_in(client, issuer)
    issuer.user["sub"] = "2"
    answer = await log_in(client, issuer)
    assert (answer.status_code, answer.json()) == (409, {"error": "Another login has this address"})


@pytest.mark.parametrize("email", [None, "no address", 1])
async def test_without_an_address_there_is_no_account(
    client: AsyncClient, issuer: Issuer, email: object
) -> None:
    issuer.user["email"] = email
    assert (await log_in(client, issuer)).status_code == 403


async def test_the_one_of_the_settings_becomes_the_first_admin(
    client: AsyncClient, session: AsyncSession, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither who comes first, nor who only claims the address; and later nobody more."""
    monkeypatch.setenv("APP_FIRST_ADMIN", ADA["email"])
    get_settings.cache_clear()
    await sign_up(client)
    admins = select(User.email).where(User.is_admin)
    issuer.user = {"sub": "2", "email": "eve@example.com", "email_verified": True}
    await log_in(client, issuer)
    issuer.user = {"sub": "2", "email": ADA["email"], "email_verified": True}
    await log_in(client, issuer)
    assert (await session.scalars(admins)).all() == []
    issuer.user = {"sub": "1", "email": ADA["email"], "email_verified": True}
    await log_in(client, issuer)
    assert (await session.scalars(admins)).all() == [ADA["email"]]
    monkeypatch.setenv("APP_FIRST_ADMIN", "eve@example.com")
    get_settings.cache_clear()
    issuer.user = {"sub": "2", "email": "eve@example.com", "email_verified": True}
    await log_in(client, issuer)
    assert (await session.scalars(admins)).all() == [ADA["email"]]


@pytest.mark.parametrize("metadata", [{"issuer": "https://thief.example"}, {"token_endpoint": ""}])
async def test_a_provider_that_errs_is_no_error_of_ours(
    client: AsyncClient, issuer: Issuer, metadata: dict[str, str]
) -> None:
    issuer.metadata = metadata
    answer = await client.post(API)
    if answer.status_code == 200:
        answer = await log_in(client, issuer)
    assert (answer.status_code, answer.json()) == (502, {"error": "The login provider failed"})


async def test_no_connection_is_held_while_the_provider_is_asked(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one connection: a read in the middle would wait for it in vain."""
    read: list[int] = []
    variables = {"APP_DATABASE_POOL_SIZE": "1", "APP_OIDC_CLIENT_SECRET": "client secret"}
    async with client_on(own_database_url, monkeypatch, **variables) as client:
        issuer = Issuer()

        class Transport(httpx2.ASGITransport):
            async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
                read.append((await client.get("/api/v1/products")).status_code)
                return await super().handle_async_request(request)

        provider = oidc.create_provider(transport=Transport(issuer.app))
        monkeypatch.setitem(app.dependency_overrides, get_provider, lambda: provider)
        assert (await log_in(client, issuer)).status_code == 200
    assert read == [200] * 3  # its configuration, the token, the keys


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider has many
async def test_a_provider_of_others_logs_in_over_http(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = importlib.import_module("oidc_provider_mock")  # warns as it is imported
    ada = mock.User(sub="1", claims={"email": ADA["email"], "email_verified": True})
    with mock.run_server_in_thread(user_claims=[ada], require_nonce=True) as server:
        monkeypatch.setenv("APP_OIDC_ISSUER", f"http://localhost:{server.server_port}")
        monkeypatch.setenv("APP_OIDC_CLIENT_SECRET", "client secret")
        get_settings.cache_clear()
        provider = oidc.create_provider()
        app.dependency_overrides[get_provider] = lambda: provider
        url, cookie = await begin(client)
        async with httpx2.AsyncClient() as browser:
            redirect = await browser.post(url, data={"sub": "1"})
        query = httpx2.URL(redirect.headers["location"]).params
        answer = await finish(client, cookie, query["code"], query["state"])
        assert await user_of(client, answer) > 0
    get_settings.cache_clear()
