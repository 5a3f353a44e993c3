"""Uploads: store a small file in its row, find it again."""

from pathlib import PureWindowsPath
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.core import media_types
from app.core.errors import AppError
from app.models import Upload
from app.services.products import OwnerGoneError


class UnsupportedTypeError(AppError):
    """The file is of a type that we do not take."""

    status_code = 415
    msg = "Send a PNG, JPEG or PDF file"


class UploadNotFoundError(AppError):
    """There is none, or it is somebody else's: the answer does not say which."""

    status_code = 404
    msg = "Not found"


async def store(session: AsyncSession, owner_id: int, name: str, content: bytes) -> Upload:
    """Add a file to the transaction; raise `UnsupportedTypeError` or `OwnerGoneError`."""
    media_type = media_types.media_type(content)
    if media_type is None:
        raise UnsupportedTypeError
    upload = Upload(
        owner_id=owner_id,
        name=last_part(name),
        media_type=media_type,
        size=len(content),
        content=content,
    )
    session.add(upload)
    try:
        await session.flush()
    except IntegrityError as exc:
        raise OwnerGoneError from exc
    return upload


def last_part(name: str) -> str:
    """Return a name without its folders, of any system; `..` is none."""
    last = PureWindowsPath(name).name
    return last if last.strip(" .") else "file"


async def get_upload(session: AsyncSession, upload_id: UUID, owner_id: int) -> Upload:
    """Return the owner's upload with its content; raise `UploadNotFoundError`."""
    statement = select(Upload).where(Upload.id == upload_id, Upload.owner_id == owner_id)
    upload = await session.scalar(statement.options(undefer(Upload.content)))
    if upload is None:
        raise UploadNotFoundError
    return upload
