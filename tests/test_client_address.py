"""The client's address under uvicorn, with and without proxies, as references/servers.md."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from live import live_server

APP = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})
"""
FORGED = "203.0.113.9"


@contextmanager
def proxy(upstream: str) -> Iterator[str]:
    """Run a proxy that adds the address of who connects, which it has as 192.0.2.7."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            before = self.headers.get("X-Forwarded-For")
            chain = ", ".join(filter(None, [before, self.headers.get("X-Test-Peer")]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ask(upstream, chain))

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ask(url: str, forwarded: str = "", peer: str = "") -> bytes:
    """Ask for the address; say that the client forwards for somebody, or what the proxy sees."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    connection.request("GET", "/", headers=headers | ({"X-Test-Peer": peer} if peer else {}))
    answer = connection.getresponse().read()
    connection.close()
    return answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "variables", "direct", "one_proxy"),
    [
        ([], {}, FORGED, "192.0.2.7"),
        (["--no-proxy-headers"], {}, "127.0.0.1", "127.0.0.1"),
        ([], {"FORWARDED_ALLOW_IPS": ""}, "127.0.0.1", "127.0.0.1"),
        (["--forwarded-allow-ips=10.0.0.0/8"], {}, "127.0.0.1", "127.0.0.1"),
        (["--forwarded-allow-ips=127.0.0.1,192.0.2.0/24"], {}, FORGED, FORGED),
        (["--forwarded-allow-ips=*"], {}, FORGED, FORGED),
    ],
    ids=["default", "no headers", "nobody trusted", "another trusted", "two proxies", "all"],
)
def test_whose_address_it_is(
    tmp_path: Path,
    arguments: list[str],
    variables: dict[str, str],
    direct: str,
    one_proxy: str,
) -> None:
    """Ask without a proxy, and through one; each time with a header of the client's own."""
    (tmp_path / "address_app.py").write_text(APP)
    with live_server(
        "", "--lifespan=off", *arguments,
        module="address_app:app", source=tmp_path, **variables,
    ) as server, proxy(server.url) as through:  # fmt: skip
        assert ask(server.url, FORGED).decode() == direct
        assert ask(through, FORGED, peer="192.0.2.7").decode() == one_proxy
        assert ask(server.url).decode() == "127.0.0.1"
