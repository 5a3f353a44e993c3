"""An object store for tests: moto's server. It checks no signature, so `send` does, as S3 would."""

import base64
import hashlib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer

ACCESS_KEY, SECRET_KEY, REGION = "access", "secret", "us-east-1"
WITHOUT_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # which loads no certificates: they are slow


@contextmanager
def object_server() -> Iterator[str]:
    """Start it; yield its URL."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


async def send(
    method: str,
    url: str,
    headers: dict[str, str] | None = None,
    content: bytes = b"",
    later: timedelta = timedelta(0),
) -> httpx.Response:
    """Send a request as a browser does; answer what S3 answers where it refuses."""
    async with httpx.AsyncClient(verify=WITHOUT_TLS) as client:
        request = client.build_request(method, url, headers=headers, content=content)
        if refusal := refused(request, datetime.now(UTC) + later):
            return refusal
        if "x-amz-checksum-sha256" in request.headers:  # moto keeps it only for an SDK's request
            request.headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
        return await client.send(request)


def refused(request: httpx.Request, now: datetime) -> httpx.Response | None:
    """Return the answer to a request that is not as signed, or None."""
    query = request.url.params
    if "X-Amz-Signature" not in query:
        return httpx.Response(403, text="AccessDenied")
    signed_at = datetime.strptime(f"{query['X-Amz-Date']}+0000", "%Y%m%dT%H%M%SZ%z")
    if now > signed_at + timedelta(seconds=int(query["X-Amz-Expires"])):
        return httpx.Response(403, text="Request has expired")
    names = query["X-Amz-SignedHeaders"].split(";")
    if any(name.startswith("x-amz-") and name not in names for name in request.headers):
        return httpx.Response(403, text="There were headers present which were not signed")
    if signature(request, names) != query["X-Amz-Signature"]:
        return httpx.Response(403, text="SignatureDoesNotMatch")
    checksum = base64.b64encode(hashlib.sha256(request.content).digest()).decode()
    if request.headers.get("x-amz-checksum-sha256", checksum) != checksum:
        return httpx.Response(400, text="BadDigest")
    return None


def signature(request: httpx.Request, names: list[str]) -> str:
    """Sign what was really sent, as the URL says that it was signed."""
    url = re.sub("&X-Amz-Signature=[0-9a-f]+", "", str(request.url))
    headers = {name: request.headers[name] for name in names if name in request.headers}
    again = AWSRequest(request.method, url, headers)
    again.context["timestamp"] = request.url.params["X-Amz-Date"]
    auth = S3SigV4QueryAuth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION)
    text: str = auth.string_to_sign(again, auth.canonical_request(again))
    return str(auth.signature(text, again))
