"""Answers of a model: who leaves stops it, nothing is lost, and nothing is paid for twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, routing
from fastapi.responses import StreamingResponse
from starlette.types import Message

from app.core.config import get_settings
from app.core.llm import ModelFailedError, Reply, create_client
from clients import ADA, client_on, headers_of, sign_up
from live import live_server
from model import MOST, Provider, running_provider
from patience import patient, wait_until

URL = "/api/v1/answers"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider of the test's own."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
async def client(
    provider: Provider, own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose service asks that provider; somebody has signed up."""
    variables = {"APP_LLM_URL": provider.url, "APP_DATABASE_POOL_SIZE": "1"}
    async with client_on(own_database_url, monkeypatch, **variables) as client:
        await sign_up(client)
        client.headers.update(await headers_of(client))
        yield client


def events_of(stream: str) -> list[tuple[str, object]]:
    """Return the events of a stream."""
    fields = [dict(line.split(": ", 1) for line in event.splitlines() if line[0] != ":")
              for event in stream.split("\n\n") if event]  # fmt: skip
    return [(event["event"], json.loads(event["data"])) for event in fields if event]


async def ask(client: httpx.AsyncClient, prompt: str) -> tuple[list[tuple[str, object]], object]:
    """Return the events of an answer, and what is stored of it."""
    question = {"id": str(uuid4()), "prompt": prompt}
    stream = await client.post(URL, json=question)
    assert stream.headers["content-type"].startswith("text/event-stream")
    return events_of(stream.text), (await client.get(f"{URL}/{question['id']}")).json()


HELLO = [("text", {"text": "Hel"}), ("text", {"text": "lo"})]
FAILED = ("error", {"error": "The model failed"})


@pytest.mark.parametrize(
    ("prompt", "state"),
    [
        ("hello", "complete"),
        ("just stop", "complete"),  # some send no [DONE]
        ("give no reason", "complete"),
        ("too long", "cut"),  # by the limit of tokens
    ],
)
async def test_an_answer_is_streamed_counted_and_stored(
    client: httpx.AsyncClient, prompt: str, state: str
) -> None:
    events, stored = await ask(client, prompt)
    assert events == [*HELLO, ("done", {"tokens": 7, "state": state})]
    assert stored == {"text": "Hello", "state": state, "tokens": 7}


@pytest.mark.parametrize(
    ("prompt", "events", "text"), [("break", [HELLO[0], FAILED], "Hel"), ("refuse", [FAILED], "")]
)
async def test_a_model_that_fails_is_told_and_what_came_is_kept(
    client: httpx.AsyncClient, provider: Provider, prompt: str, events: object, text: str
) -> None:
    assert await ask(client, prompt) == (events, {"text": text, "state": "cut", "tokens": None})
    assert provider.questions == 1  # not again, though the provider says that it is busy


async def test_a_question_that_is_repeated_is_not_paid_for_twice(
    client: httpx.AsyncClient, provider: Provider
) -> None:
    question = {"id": str(uuid4()), "prompt": "hello"}
    for status in (200, 409):
        assert (await client.post(URL, json=question)).status_code == status
    assert provider.questions == 1


async def test_an_answer_is_its_owners(client: httpx.AsyncClient, provider: Provider) -> None:
    question = {"id": str(uuid4()), "prompt": "hello"}
    await client.post(URL, json=question)
    await sign_up(client, "eve@example.com")
    eve = await headers_of(client, "eve@example.com")
    assert (await client.get(f"{URL}/{question['id']}", headers=eve)).status_code == 404
    for token in ("", "Bearer x"):
        headers = {"Authorization": token}
        answer = await client.post(URL, json=question | {"id": str(uuid4())}, headers=headers)
        assert answer.status_code == 401
    assert provider.questions == 1


async def test_a_model_that_says_nothing_is_given_up(provider: Provider) -> None:
    async with create_client(provider.url, "key") as client:
        reply = Reply(client, "small", "hang", 0.2)
        with pytest.raises(ModelFailedError):
            _ = [piece async for piece in reply.pieces()]
        await reply.close()
    assert reply.text == "Hel"
    await asyncio.to_thread(wait_until, provider.is_left.is_set)


async def ask_raw(
    client: httpx.AsyncClient, prompt: str, is_stuck: bool
) -> tuple[list[bytes], object]:
    """Ask as a client that stays until it reads a comment; one that is stuck reads nothing."""
    question = {"id": str(uuid4()), "prompt": prompt}
    request = client.build_request("POST", URL, json=question)
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "POST", "scheme": "http", "path": URL, "raw_path": URL.encode(),
        "query_string": b"", "root_path": "", "headers": headers, "state": {},
        "client": ("127.0.0.1", 1), "server": ("test", 80),
    }  # fmt: skip
    incoming, parts, is_told = [request.content], [], asyncio.Event()

    async def receive() -> Message:
        if incoming:
            return {"type": "http.request", "body": incoming.pop(), "more_body": False}
        await is_told.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            if is_stuck:
                await asyncio.Event().wait()
            parts.append(message["body"])
            if message["body"].startswith(b":"):
                is_told.set()

    transport = client._transport  # noqa: SLF001
    assert isinstance(transport, httpx.ASGITransport)
    async with asyncio.timeout(patient(20)):
        with suppress(BaseExceptionGroup):  # FastAPI's, where the stream was cut
            await transport.app(scope, receive, send)
    return parts, (await client.get(f"{URL}/{question['id']}")).json()["state"]


class Abandoned:
    """An application whose generator ends its answer itself, and a client that leaves it."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.generators: list[AsyncIterator[bytes]] = []
        self.ended: list[str] = []
        self.app.get("/")(self.answer)

    async def pieces(self, what: str) -> AsyncIterator[bytes]:
        """Yield what the model says; store it in the end."""
        try:
            yield b"Hel"
            if what == "wait":
                await asyncio.Event().wait()
            yield b"lo"
        finally:
            self.ended.append("begun")
            await asyncio.sleep(0)
            self.ended.append("stored")

    async def answer(self, what: str) -> StreamingResponse:
        """Stream them."""
        self.generators.append(self.pieces(what))
        return StreamingResponse(self.generators[-1])

    async def ask(self, what: str) -> None:
        """Leave while the model thinks, or while a piece is not read."""
        asked, left = [b""], asyncio.Event()

        async def receive() -> Message:
            if asked:
                return {"type": "http.request", "body": asked.pop(), "more_body": False}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message.get("body"):
                left.set()
                if what == "yield":
                    await asyncio.Event().wait()

        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET",
            "path": "/", "query_string": f"what={what}".encode(), "headers": [], "state": {},
        }  # fmt: skip
        async with asyncio.timeout(patient(10)):
            with suppress(BaseExceptionGroup):
                await self.app(scope, receive, send)


async def test_a_generator_is_cancelled_where_it_waits_for_the_model_and_stores_nothing() -> None:
    """The bad way: its `finally` begins, and ends at its first `await`."""
    abandoned = Abandoned()
    await abandoned.ask("wait")
    assert abandoned.ended == ["begun"]


async def test_a_generator_that_waits_in_yield_is_not_closed() -> None:
    """The bad way: nothing ends the answer, until somebody collects garbage."""
    abandoned = Abandoned()
    await abandoned.ask("yield")
    assert abandoned.ended == []
    assert await anext(abandoned.generators[0]) == b"lo"  # it goes on as if nothing had been


async def test_lines_keep_a_silent_stream_alive(
    client: httpx.AsyncClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "_PING_INTERVAL", 0.1)
    parts, state = await ask_raw(client, "hang", is_stuck=False)
    assert (parts[-1][:1], state) == (b":", "cut")
    await asyncio.to_thread(wait_until, provider.is_left.is_set)


async def test_a_client_that_stays_and_reads_nothing_is_cut_off(
    client: httpx.AsyncClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "llm_seconds", 0.5)
    assert await ask_raw(client, "flood", is_stuck=True) == ([], "cut")
    await asyncio.to_thread(wait_until, provider.is_left.is_set)


@pytest.mark.live
@pytest.mark.parametrize("prompt", ["hang", "flood"])
def test_who_leaves_stops_the_model_and_keeps_what_came(
    provider: Provider, own_postgres_url: str, prompt: str
) -> None:
    """While the model is silent, and while the client did not read: the model is held back."""
    variables = {"APP_LLM_URL": provider.url, "APP_DATABASE_POOL_SIZE": "1"}
    with (
        live_server(own_postgres_url, **variables) as server,
        httpx.Client(base_url=server.url, timeout=patient(10)) as client,
    ):
        client.post("/api/v1/users", json=ADA)
        form = {"username": ADA["email"], "password": ADA["password"]}
        token = client.post("/api/v1/auth/login", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        question = {"id": str(uuid4()), "prompt": prompt}
        with client.stream("POST", URL, json=question) as stream:
            lines = stream.iter_lines()  # httpx hangs up when this is gone
            assert next(lines) == "event: text"
            if prompt == "flood":
                assert provider.is_held_back.wait(patient(30))
                assert provider.sent < MOST
            stored = client.get(f"{URL}/{question['id']}").json()
            assert stored == {"text": "", "state": "running", "tokens": None}
        assert provider.is_left.wait(patient(30))
        wait_until(lambda: client.get(f"{URL}/{question['id']}").json()["state"] == "cut")
        text = client.get(f"{URL}/{question['id']}").json()["text"]
        assert text == "Hel" if prompt == "hang" else set(text) == {"x"}
