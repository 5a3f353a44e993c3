"""Files in the object storage: clients send and fetch them there, by signed URLs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request

from app.api.deps import CurrentUser, SessionDep, forbid_caches
from app.api.errors import documented
from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError
from app.core.object_storage import (
    Bucket,
    StorageUnavailableError,
    open_bucket,
    upload_headers,
)
from app.models import StoredFile
from app.models.base import utc_now
from app.schemas.stored_file import Download, FilePromise, StoredFileOut, UploadTicket
from app.services import stored_files
from app.services.products import OwnerGoneError
from app.services.stored_files import FileNotThereError, NotAsPromisedError


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Bucket]]:
    """Open the bucket, which connects at the first call."""
    bucket = open_bucket(get_settings())
    yield {"bucket": bucket}
    bucket.close()


async def get_bucket(request: Request) -> Bucket:
    """Return the bucket that the lifespan opened."""
    bucket: Bucket = request.state.bucket
    return bucket


BucketDep = Annotated[Bucket, Depends(get_bucket)]

# A signed URL is a password for some minutes.
router = APIRouter(
    prefix="/files", tags=["files"], lifespan=lifespan, dependencies=[Depends(forbid_caches)]
)


@router.post(
    "",
    status_code=201,
    responses=documented(NotAuthenticatedError, OwnerGoneError, StorageUnavailableError),
)
async def promise_file(
    data: FilePromise, session: SessionDep, owner: CurrentUser, bucket: BucketDep
) -> UploadTicket:
    """Say what is to come; the answer says where to PUT it."""
    expires_at = utc_now() + timedelta(seconds=stored_files.UPLOAD_SECONDS)
    file = await stored_files.promise(session, owner.id, data)
    await session.commit()  # before the client may send it; and gives the connection back
    content = stored_files.content_of(file)
    url = await bucket.upload_url(file.key, content, stored_files.UPLOAD_SECONDS)
    headers = upload_headers(content)
    return UploadTicket(id=file.id, url=url, headers=headers, expires_at=expires_at)


@router.post(
    "/{file_id}/complete",
    response_model=StoredFileOut,
    responses=documented(
        NotAuthenticatedError, FileNotThereError, NotAsPromisedError, StorageUnavailableError
    ),
)
async def complete_file(
    file_id: UUID, session: SessionDep, owner: CurrentUser, bucket: BucketDep
) -> StoredFile:
    """Say that it was sent: the store is asked what arrived, and the client may ask again."""
    file = await stored_files.get_own(session, file_id, owner.id)
    await session.commit()  # give the connection back: the store may be slow
    arrived = await bucket.arrived(file.key)
    return await stored_files.complete(session, file_id, arrived)


@router.get(
    "/{file_id}",
    responses=documented(
        NotAuthenticatedError, FileNotThereError, NotAsPromisedError, StorageUnavailableError
    ),
)
async def get_file(
    file_id: UUID, session: SessionDep, owner: CurrentUser, bucket: BucketDep
) -> Download:
    """Return where to GET a file that arrived."""
    file = await stored_files.get_own(session, file_id, owner.id)
    if file.state != "stored":
        raise NotAsPromisedError
    await session.commit()
    url = await bucket.download_url(
        file.key, file.name, file.media_type, stored_files.DOWNLOAD_SECONDS
    )
    return Download(**StoredFileOut.model_validate(file).model_dump(), url=url)
