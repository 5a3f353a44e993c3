"""Uploads: send a file, fetch it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from app.api.deps import CurrentUser, SessionDep
from app.api.errors import documented
from app.core.config import get_settings
from app.core.errors import AppError, NotAuthenticatedError
from app.models import Upload
from app.schemas.text import Text
from app.schemas.upload import UploadOut
from app.services import uploads
from app.services.products import OwnerGoneError

MAX_BYTES = 256 * 2**20
BINARY = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(prefix="/uploads", tags=["uploads"])


class IncompleteUploadError(AppError):
    """The client left, or sent less than it said."""

    msg = "The file did not come whole"


# The body is the file: `request.stream()` gives it as it comes, after the caller is known. A form
# (UploadFile) is written to a temporary file before the token is looked at.
@router.post(
    "",
    response_model=UploadOut,
    status_code=201,
    max_body_size=MAX_BYTES,  # in place of the limit of the router around this one
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}
    },
    responses=documented(
        IncompleteUploadError,
        NotAuthenticatedError,
        OwnerGoneError,
        uploads.NoSpaceError,
        uploads.UnsupportedTypeError,
    ),
)
async def create_upload(
    request: Request,
    name: Annotated[Text, Query(min_length=1, max_length=255)],
    session: SessionDep,
    owner: CurrentUser,
) -> Upload:
    """Store the body as a file."""
    folder = get_settings().upload_folder
    await session.commit()  # give the connection back: the upload may take minutes
    try:
        return await uploads.store(session, folder, owner.id, name, request.stream())
    except ClientDisconnect:
        raise IncompleteUploadError from None


@router.get(
    "/{upload_id}",
    response_class=FileResponse,
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
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        uploads.path_of(get_settings().upload_folder, upload),
        media_type=upload.media_type,
        filename=upload.name,  # encoded, and after Content-Disposition: attachment
        headers=headers,
    )


def is_known(request: Request, tag: str) -> bool:
    """Say whether the client has what this tag names (If-None-Match, RFC 9110, 13.1.2)."""
    tags = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in tags)
