"""`Idempotency-Key`: do the work of a POST once, answer each repetition the same.

draft-ietf-httpapi-idempotency-key-header; the key is the client's, a new one for each new wish.
"""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.deps import CurrentUser, SessionDep
from app.models.idempotency import StoredAnswer
from app.services.idempotency import SeveralKeysError, claim

Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,255}$")]


T = TypeVar("T")


class Once:
    """Answers a request by doing its work, or as it was answered before."""

    def __init__(
        self, session: AsyncSession, request: StoredAnswer | None = None, place: str = ""
    ) -> None:
        self._session = session
        self._request = request
        self._place = place

    async def __call__(
        self,
        status_code: int,
        schema: type[BaseModel],
        data: BaseModel,
        work: Callable[[], Awaitable[T]],
    ) -> T | Response:
        """Return what `work` does, and store it as `schema` in its transaction, or replay.

        The request is the same if it means the same: its bytes may differ, not its `data`.
        An error rolls the key back with the work: the client may repeat the request.
        """
        if self._request is None:
            return await work()
        meaning = json.dumps(data.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
        self._request.fingerprint = sha256(f"{self._place}\n{meaning}".encode()).hexdigest()
        if stored := await claim(self._session, self._request):
            headers = {"Idempotent-Replayed": "true"}
            return JSONResponse(stored.body, stored.status_code, headers)
        result = await work()
        self._request.status_code = status_code
        answer = schema.model_validate(result)
        self._request.body = answer.model_dump(mode="json", by_alias=True)  # as FastAPI does
        return result


async def get_once(
    request: Request, session: SessionDep, user: CurrentUser, key: Key = None
) -> Once:
    """Replay the stored answer when the request carries a known key; else do the work."""
    if key is None:
        return Once(session)
    if len(request.headers.getlist("Idempotency-Key")) > 1:
        raise SeveralKeysError
    query = urlencode(sorted(request.query_params.multi_items()))
    place = f"{request.method} {request.url.path}?{query}"
    return Once(session, StoredAnswer(user_id=user.id, key=key), place)


OnceDep = Annotated[Once, Depends(get_once)]
