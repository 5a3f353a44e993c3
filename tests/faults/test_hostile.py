"""Hostile requests, byte by byte over a socket: what each gets, and never a traceback."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import jwt
import pytest

from accounts import new_user
from http_load import answer, opened, request
from live import SECRET, LiveServer, live_server
from patience import patient
from postgres import scratch_database

pytestmark = pytest.mark.slow

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FAR = 4_000_000_000  # seconds, the year 2096


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[LiveServer]:
    """A server with one user."""

    async def sign_up(url: str) -> None:
        async with httpx.AsyncClient(base_url=url) as client:
            await new_user(client)

    with scratch_database(server_url) as url, live_server(url) as server:
        asyncio.run(sign_up(server.url))
        yield server
        assert "Traceback" not in server.log()


def bearer(claims: dict[str, object], key: str = SECRET, algorithm: str = "HS256") -> bytes:
    """Ask for oneself with a token."""
    token = jwt.encode(claims, key, algorithm=algorithm)
    return request("GET", "/api/v1/users/1", {"Authorization": f"Bearer {token}"})


def user(path: str) -> bytes:
    """Ask for a user, whose id is the rest of a path, with a good token."""
    token = jwt.encode({"sub": "1", "exp": FAR}, SECRET)
    return request("GET", f"/api/v1/users/{path}", {"Authorization": f"Bearer {token}"})


def product(body: str) -> bytes:
    """Create a product by this body, with a good token."""
    token = jwt.encode({"sub": "1", "exp": FAR}, SECRET)
    headers = {"Authorization": f"Bearer {token}", **JSON}
    return request("POST", "/api/v1/products", headers, body.encode("utf-8", "surrogatepass"))


def listing(query: str, **headers: str) -> bytes:
    """Ask for the list of products."""
    return request("GET", f"/api/v1/products?{query}", headers)


def sign_up(body: bytes, **headers: str) -> bytes:
    """Sign up by this body."""
    return request("POST", "/api/v1/users", {**JSON, **headers}, body)


def account(name: str, encoding: str = "utf-8") -> bytes:
    """Return a good body for signing up."""
    body = {"email": f"{name}@example.com", "full_name": name, "password": "long enough"}
    return json.dumps(body).encode(encoding)


REQUESTS = {
    # tokens
    "a good token": (bearer({"sub": "1", "exp": FAR}), 200),
    "another key": (bearer({"sub": "1", "exp": FAR}, "x" * 40), 401),
    "no signature": (bearer({"sub": "1", "exp": FAR}, "", "none"), 401),
    "another algorithm": (bearer({"sub": "1", "exp": FAR}, SECRET * 2, "HS512"), 401),
    "expired": (bearer({"sub": "1", "exp": 1}), 401),
    "never expires": (bearer({"sub": "1"}), 401),
    "expires as text": (bearer({"sub": "1", "exp": "soon"}), 401),
    "expires at 1e400": (bearer({"sub": "1", "exp": float("inf")}), 401),
    "not before": (bearer({"sub": "1", "exp": FAR, "nbf": FAR}), 401),
    "no subject": (bearer({"exp": FAR}), 401),
    "a name as subject": (bearer({"sub": "ada", "exp": FAR}), 401),
    "a subject of 5,000 digits": (bearer({"sub": "9" * 5000, "exp": FAR}), 401),
    "subject zero": (bearer({"sub": "0", "exp": FAR}), 401),
    "subject beyond the column": (bearer({"sub": str(2**31), "exp": FAR}), 401),
    "nobody": (bearer({"sub": "77", "exp": FAR}), 401),
    "no token": (request("GET", "/api/v1/users/1", {}), 401),
    "an empty token": (request("GET", "/api/v1/users/1", {"Authorization": "Bearer "}), 401),
    "another scheme": (request("GET", "/api/v1/users/1", {"Authorization": "Basic YTpi"}), 401),
    "bytes as a token": (request("GET", "/api/v1/users/1", {"Authorization": "Bearer \xff"}), 401),
    "dots as a token": (request("GET", "/api/v1/users/1", {"Authorization": "Bearer .."}), 401),
    # ids
    "id zero": (user("0"), 422),
    "a negative id": (user("-1"), 422),
    "an id beyond the column": (user(str(2**31)), 422),
    "an id of 5,000 digits": (user("9" * 5000), 422),
    "a fraction": (user("1.5"), 422),
    "a power": (user("1e0"), 422),
    "NUL in an id": (user("1%00"), 422),
    "bad UTF-8 in an id": (user("%ff"), 422),
    "a path above": (user("../products"), 404),
    "an unknown path": (user("1/2"), 404),
    "somebody else": (user("2"), 403),
    # queries
    "a limit of zero": (listing("limit=0"), 422),
    "a limit that is none": (listing("limit=many"), 422),
    "an offset beyond all": (listing("offset=99999999999999999999"), 422),
    "twice": (listing("limit=1&limit=2"), 200),
    "bad UTF-8 in a query": (listing("limit=%ff"), 422),
    "an unknown parameter": (listing("drop=table"), 200),
    "a long query": (listing("x=" + "y" * 50_000), 200),
    # numbers
    "a price of 1e400": (product('{"name": "x", "price": 1e400}'), 422),
    "NaN": (product('{"name": "x", "price": NaN}'), 422),
    "a tiny price": (product('{"name": "x", "price": 1e-400}'), 201),
    "a price of 5,000 digits": (product(f'{{"name": "x", "price": {"9" * 5000}}}'), 400),
    "a price below zero": (product('{"name": "x", "price": -0.01}'), 422),
    "minus zero": (product('{"name": "x", "price": -0}'), 201),
    "true as a price": (product('{"name": "x", "price": true}'), 422),
    # text
    "NUL": (product('{"name": "a\\u0000b", "price": 1}'), 422),
    "half a pair": (product('{"name": "\\ud800", "price": 1}'), 422),
    "a raw surrogate": (product('{"name": "\ud800", "price": 1}'), 422),
    "an emoji": (product('{"name": "\U0001f600", "price": 1}'), 201),
    "direction marks": (product('{"name": "a\u202eb", "price": 1}'), 201),
    "too long": (product(f'{{"name": "{"x" * 101}", "price": 1}}'), 422),
    # bodies
    "no body": (sign_up(b""), 422),
    "an array": (sign_up(b"[]"), 422),
    "deep nesting": (sign_up(b"[" * 100_000), 400),
    "UTF-16": (sign_up(account("b", "utf-16")), 201),
    "a byte order mark": (sign_up(b"\xef\xbb\xbf" + account("c")), 201),
    "gzip that is none": (sign_up(b"\x1f\x8b", **{"Content-Encoding": "gzip"}), 400),
    "text instead of JSON": (sign_up(account("d"), **{"Content-Type": "text/plain"}), 422),
    "two MiB": (sign_up(b" " * 2**21), 413),
    "a length of two MiB": (sign_up(b"", **{"Content-Length": str(2**21)}), 413),
    "a form instead of JSON": (request("POST", "/api/v1/users", FORM, b"email=x"), 422),
    "bad UTF-8 in a form": (
        request("POST", "/api/v1/auth/login", FORM, b"username=%ff&password=%ff"),
        401,
    ),
    "a form of 5,000 fields": (
        request("POST", "/api/v1/auth/login", FORM, b"a=b&" * 5000 + b"username=a&password=b"),
        400,
    ),
    # HTTP
    "another method": (request("DELETE", "/api/v1/products", {}), 405),
    "an unknown method": (request("BREW", "/api/v1/products", {}), 400),
    "two lengths": (sign_up(b"{}").replace(b"Host:", b"Content-Length: 7\r\nHost:"), 400),
    "a negative length": (sign_up(b"", **{"Content-Length": "-1"}), 400),
    "a length and chunks": (sign_up(b"0\r\n\r\n", **{"Transfer-Encoding": "chunked"}), 400),
    "a header name with a space": (request("GET", "/healthz", {"A B": "c"}), 400),
    "a header folded": (request("GET", "/healthz", {"A": "b\r\n c"}), 400),
    "no version": (b"GET /healthz\r\n\r\n", 200),
    "HTTP/9.9": (b"GET /healthz HTTP/9.9\r\n\r\n", 400),
}


@pytest.mark.parametrize(("sent", "expected"), REQUESTS.values(), ids=REQUESTS.keys())
async def test_a_hostile_request_gets_its_status(
    server: LiveServer, sent: bytes, expected: int
) -> None:
    reader, writer = await opened(server.url)
    writer.write(sent)
    status, body = await asyncio.wait_for(answer(reader), patient(10))
    writer.close()
    assert status == expected, body
