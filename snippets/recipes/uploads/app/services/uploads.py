"""Uploads: store a stream with its row, find it again."""

import errno
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path, PureWindowsPath
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.core import files, media_types
from app.core.errors import AppError
from app.models import Upload
from app.services.products import OwnerGoneError

logger = get_logger()


class UnsupportedTypeError(AppError):
    """The file is of a type that we do not take."""

    status_code = 415
    msg = "Send a PNG, JPEG or PDF file"


class NoSpaceError(AppError):
    """The disk is full, or the quota used up."""

    status_code = 507
    msg = "No space left"


class UploadNotFoundError(AppError):
    """There is none, or it is somebody else's: the answer does not say which."""

    status_code = 404
    msg = "Not found"


async def store(
    session: AsyncSession, folder: Path, owner_id: int, name: str, chunks: AsyncIterator[bytes]
) -> Upload:
    """Write the file, then its row.

    Raises `UnsupportedTypeError`, `NoSpaceError` or `OwnerGoneError`.

    A crash between the two leaves a file without a row, which nobody sees, never the reverse. The
    upload may take minutes: call it with a session whose transaction has ended.
    """
    head = await _head(chunks)
    media_type = media_types.media_type(head)
    if media_type is None:
        raise UnsupportedTypeError
    upload = Upload(id=uuid4(), owner_id=owner_id, name=last_part(name), media_type=media_type)
    path = path_of(folder, upload)
    try:
        upload.size = await files.save(path, _joined(head, chunks))
    except OSError as exc:
        if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        logger.exception("no_space_left")
        raise NoSpaceError from exc
    session.add(upload)
    try:
        await session.flush()
    except BaseException as exc:
        files.remove(path)
        if isinstance(exc, IntegrityError):
            raise OwnerGoneError from exc
        raise
    return upload


def last_part(name: str) -> str:
    """Return a name without its folders, of any system; `..` is none."""
    last = PureWindowsPath(name).name
    return last if last.strip(" .") else "file"


async def get_upload(session: AsyncSession, upload_id: UUID, owner_id: int) -> Upload:
    """Return the owner's upload; raise `UploadNotFoundError`."""
    statement = select(Upload).where(Upload.id == upload_id, Upload.owner_id == owner_id)
    upload = await session.scalar(statement)
    if upload is None:
        raise UploadNotFoundError
    return upload


def path_of(folder: Path, upload: Upload) -> Path:
    """Return where the file is: no part of the path is the client's."""
    return folder / upload.id.hex


async def _head(chunks: AsyncIterator[bytes]) -> bytes:
    """Take chunks until the type can be told."""
    head = b""
    async for chunk in chunks:
        head += chunk
        if len(head) >= media_types.ENOUGH:
            break
    return head


async def _joined(head: bytes, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield head
    async for chunk in chunks:
        yield chunk
