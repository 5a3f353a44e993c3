"""Uploads: send a small file, fetch it."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from app.api.deps import CurrentUser, SessionDep
from app.api.errors import documented
from app.core.errors import AppError, NotAuthenticatedError
from app.models import Upload
from app.models.upload import MAX_BYTES
from app.schemas.text import Text
from app.schemas.upload import UploadOut
from app.services import uploads
from app.services.products import OwnerGoneError

BINARY = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(prefix="/uploads", tags=["uploads"])


class IncompleteUploadError(AppError):
    """The client left, or sent less than it said."""

    msg = "The file did not come whole"


@router.post(
    "",
    response_model=UploadOut,
    status_code=201,
    max_body_size=MAX_BYTES,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}
    },
    responses=documented(
        IncompleteUploadError, NotAuthenticatedError, OwnerGoneError, uploads.UnsupportedTypeError
    ),
)
async def create_upload(
    request: Request,
    name: Annotated[Text, Query(min_length=1, max_length=255)],
    session: SessionDep,
    owner: CurrentUser,
) -> Upload:
    """Store the body as a file."""
    await session.commit()  # give the connection back: a slow client takes minutes
    try:
        content = await request.body()
    except ClientDisconnect:
        raise IncompleteUploadError from None
    return await uploads.store(session, owner.id, name, content)


@router.get(
    "/{upload_id}",
    response_class=Response,
    responses=documented(NotAuthenticatedError, uploads.UploadNotFoundError),
)
async def read_upload(
    request: Request, upload_id: UUID, session: SessionDep, owner: CurrentUser
) -> Response:
    """Send the file to its owner: to be saved, not shown, for it may be a page with a script."""
    upload = await uploads.get_upload(session, upload_id, owner.id)
    tag = f'"{upload.id.hex}"'  # what is stored under an id never changes
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(upload.name, safe='')}",
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(upload.content, media_type=upload.media_type, headers=headers)


def is_known(request: Request, tag: str) -> bool:
    """Say whether the client has what this tag names (If-None-Match, RFC 9110, 13.1.2)."""
    tags = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in tags)
