"""Object storage: signed URLs, and what arrived (boto3, for all that speaks S3's protocol)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import boto3
from anyio import CapacityLimiter, to_thread
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from structlog import get_logger

from app.core.config import Settings
from app.core.errors import AppError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

logger = get_logger()
T = TypeVar("T")
CONFIG = Config(
    signature_version="s3v4",  # else URLs are signed by version 2, without size and checksum
    connect_timeout=2,
    read_timeout=5,
    retries={"total_max_attempts": 2},
)


class StorageUnavailableError(AppError):
    """The store does not answer, or refuses us; the reason is in the log."""

    status_code = 503
    msg = "Storage unavailable"
    headers: Mapping[str, str] | None = {"Retry-After": "1"}


@dataclass(frozen=True)
class Content:
    """What a client promises to send, or what arrived."""

    size: int
    media_type: str
    sha256: str  # in base64, as S3 writes it


def signed_with(content: Content) -> dict[str, object]:
    """Return what is signed besides the key: the store refuses a PUT that differs in it."""
    return {
        "ContentLength": content.size,
        "ContentType": content.media_type,
        "ChecksumSHA256": content.sha256,
    }


def upload_headers(content: Content) -> dict[str, str]:
    """Return what the client sends with the file; its length it sends anyway."""
    return {"Content-Type": content.media_type, "x-amz-checksum-sha256": content.sha256}


class Bucket:
    """A bucket. boto3 blocks: each call runs in a thread, and to sign may fetch a role's keys."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name
        self._threads = CapacityLimiter(10)  # as many as boto3 has connections

    async def upload_url(self, key: str, content: Content, seconds: int) -> str:
        """Return a URL that takes this content, and no other."""
        parameters = {"Bucket": self._name, "Key": key, **signed_with(content)}
        return await self._url("put_object", parameters, seconds)

    async def download_url(self, key: str, name: str, media_type: str, seconds: int) -> str:
        """Return a URL of the file: to be saved, not shown, for it may be a page with a script."""
        parameters = {
            "Bucket": self._name,
            "Key": key,
            "ResponseContentDisposition": f"attachment; filename*=utf-8''{quote(name, safe='')}",
            "ResponseContentType": media_type,
        }
        return await self._url("get_object", parameters, seconds)

    async def arrived(self, key: str) -> Content | None:
        """Return what is stored, as the store measured it; None where nothing is."""
        return await self._call(self._head, key=key)

    async def remove(self, keys: Sequence[str]) -> None:
        """Delete objects, those that are not there, too."""
        for key in keys:
            await self._call(self._client.delete_object, Bucket=self._name, Key=key)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    async def _url(self, method: str, parameters: Mapping[str, object], seconds: int) -> str:
        sign = self._client.generate_presigned_url
        return await self._call(sign, ClientMethod=method, Params=parameters, ExpiresIn=seconds)

    def _head(self, key: str) -> Content | None:
        try:
            head = self._client.head_object(Bucket=self._name, Key=key, ChecksumMode="ENABLED")
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "404":
                return None
            raise
        return Content(head["ContentLength"], head["ContentType"], head.get("ChecksumSHA256", ""))

    async def _call(self, function: Callable[..., T], **options: object) -> T:
        try:
            return await to_thread.run_sync(partial(function, **options), limiter=self._threads)
        except (BotoCoreError, ClientError) as exc:
            logger.warning("storage_failed", reason=str(exc)[:200])
            raise StorageUnavailableError from exc


def open_bucket(settings: Settings) -> Bucket:
    """Make the client, which connects at the first call; whoever opens it closes it."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key.get_secret_value() or None,
        aws_secret_access_key=settings.s3_secret_key.get_secret_value() or None,
        config=CONFIG,
    )
    return Bucket(client, settings.s3_bucket)
