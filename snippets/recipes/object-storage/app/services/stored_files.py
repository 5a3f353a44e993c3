"""Files in the object storage: promised, arrived, swept."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PureWindowsPath
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.core.object_storage import Content
from app.models import StoredFile
from app.models.base import utc_now
from app.schemas.stored_file import FilePromise
from app.services.products import OwnerGoneError

UPLOAD_SECONDS = 15 * 60  # to begin: what is under way then goes on
DOWNLOAD_SECONDS = 5 * 60
KEPT = timedelta(days=1)  # far longer than an upload: nobody sends what was swept again


class FileNotThereError(AppError):
    """There is none, or it is somebody else's: the answer does not say which."""

    status_code = 404
    msg = "Not found"


class NotAsPromisedError(AppError):
    """Nothing arrived, or something else."""

    status_code = 409
    msg = "The file did not arrive as promised"


async def promise(session: AsyncSession, owner_id: int, data: FilePromise) -> StoredFile:
    """Note what is going to come; raise `OwnerGoneError`."""
    file = StoredFile(id=uuid4(), owner_id=owner_id, **data.model_dump())
    file.name = last_part(data.name)
    session.add(file)
    try:
        await session.flush()
    except IntegrityError as exc:
        raise OwnerGoneError from exc
    return file


def last_part(name: str) -> str:
    """Return a name without its folders, of any system; `..` is none."""
    last = PureWindowsPath(name).name
    return last if last.strip(" .") else "file"


async def get_own(session: AsyncSession, file_id: UUID, owner_id: int) -> StoredFile:
    """Return the owner's file; raise `FileNotThereError`."""
    statement = select(StoredFile).where(StoredFile.id == file_id, StoredFile.owner_id == owner_id)
    file = await session.scalar(statement)
    if file is None:
        raise FileNotThereError
    return file


async def complete(session: AsyncSession, file_id: UUID, arrived: Content | None) -> StoredFile:
    """Note that a file arrived; raise `NotAsPromisedError`, or `FileNotThereError` if it was swept.

    The row is read anew, and locked: while the store was asked, the sweeper may have taken it.
    """
    file = await session.get(StoredFile, file_id, populate_existing=True, with_for_update=True)
    if file is None or file.state == "dead":
        raise FileNotThereError
    if arrived != content_of(file):
        raise NotAsPromisedError
    file.state = "stored"
    await session.flush()
    return file


def content_of(file: StoredFile) -> Content:
    """Return what was promised."""
    return Content(file.size, file.media_type, file.sha256)


async def condemn(session: AsyncSession) -> None:
    """Mark what was promised long ago and never completed: from now on nobody can complete it."""
    old = StoredFile.created_at < utc_now() - KEPT
    statement = update(StoredFile).where(StoredFile.state == "promised", old)
    await session.execute(statement.values(state="dead"))


async def condemned(session: AsyncSession, limit: int = 100) -> Sequence[StoredFile]:
    """Return some of the files to remove."""
    statement = select(StoredFile).where(StoredFile.state == "dead").limit(limit)
    return (await session.scalars(statement)).all()


async def forget(session: AsyncSession, files: Sequence[StoredFile]) -> None:
    """Delete the rows of files that were removed."""
    ids = [file.id for file in files]
    await session.execute(delete(StoredFile).where(StoredFile.id.in_(ids)))
