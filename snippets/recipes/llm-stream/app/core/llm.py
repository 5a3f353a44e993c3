"""A language model, over the protocol that most providers have: chat completions, streamed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

from httpx import AsyncClient, HTTPError, Limits, RemoteProtocolError, Response, Timeout
from pydantic import BaseModel, ValidationError
from structlog import get_logger

logger = get_logger()


class ModelFailedError(Exception):
    """The model refused, took too long, or ended in the middle; the reason is in the log."""


class _Delta(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    total_tokens: int


class _Chunk(BaseModel):
    choices: list[_Choice] = []
    usage: _Usage | None = None


def create_client(url: str, key: str) -> AsyncClient:
    """Return the client that all requests share; whoever makes it closes it."""
    return AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=Timeout(5, read=30),  # read: between two pieces
        limits=Limits(max_connections=100),  # one for each answer that is under way
    )


class Reply:
    """An answer while it comes in: its text so far, and what the provider counted at its end."""

    def __init__(self, client: AsyncClient, model: str, prompt: str, seconds: float) -> None:
        self.client = client
        self.request = {
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        self.seconds = seconds
        self.text = ""
        self.tokens: int | None = None
        self.state: Literal["complete", "cut"] = "cut"
        self._reason: str | None = None  # why the model ended
        self._response: Response | None = None

    async def pieces(self) -> AsyncIterator[str]:
        """Ask the model, once; yield the text as it comes. Raises `ModelFailedError`."""
        deadline = asyncio.get_running_loop().time() + self.seconds
        request = self.client.build_request("POST", "chat/completions", json=self.request)
        try:
            async with asyncio.timeout_at(deadline):
                self._response = await self.client.send(request, stream=True)
            lines = self._response.raise_for_status().aiter_lines()
            while (data := await self._next(lines, deadline)) != "[DONE]":
                if data.startswith("{"):
                    for piece in self._read(_Chunk.model_validate_json(data)):
                        yield piece
            if self._reason in (None, "stop"):  # not "length", say: it had more to say
                self.state = "complete"
        except (HTTPError, TimeoutError, ValidationError) as exc:
            logger.warning("model_failed", reason=repr(exc)[:200])
            raise ModelFailedError from exc

    async def _next(self, lines: AsyncIterator[str], deadline: float) -> str:
        """Return what the next line says; some end the stream without the last word."""
        # Not around the loop: a limit around `yield` cancels whoever runs then.
        async with asyncio.timeout_at(deadline):
            line = await anext(lines, None)
        if line is None and self._reason is None:
            raise RemoteProtocolError("it ended in the middle")
        return "[DONE]" if line is None else line.removeprefix("data:").strip()

    def _read(self, chunk: _Chunk) -> list[str]:
        if chunk.usage:
            self.tokens = chunk.usage.total_tokens
        deltas = [choice.delta for choice in chunk.choices if choice.delta]
        for choice in chunk.choices:
            self._reason = choice.finish_reason or self._reason
        pieces = [delta.content for delta in deltas if delta.content]
        self.text += "".join(pieces)
        return pieces

    async def close(self) -> None:
        """Hang up: the provider stops, and stops counting."""
        if self._response:
            await self._response.aclose()
