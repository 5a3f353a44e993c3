"""A loopback stand-in for the Messages API: it plays scripted turns and keeps every request."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Use = dict[str, Any]
"""A tool to use, {"name": ..., "input": ...}."""
Turn = Use | list[Use] | Callable[[str], Use]
"""One use or several at once, or what makes one of all that the client has sent."""


@dataclass
class Session:
    """What a client sent: the text of each request of the conversation, first to last."""

    url: str
    requests: list[str] = field(default_factory=list)
    tools: list[set[str]] = field(default_factory=list)
    """The names of the tools that each request offers."""


@contextmanager
def standin(turns: Sequence[Turn]) -> Iterator[Session]:
    """Serve until the block ends; after the last turn each answer is the word "done"."""
    numbers = itertools.count()
    left = iter(turns)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

        def do_HEAD(self) -> None:
            self.send(b"", "text/plain")

        def do_GET(self) -> None:
            self.send(b"{}", "application/json")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if "count_tokens" in self.path or "/messages" not in self.path:
                self.send(json.dumps({"input_tokens": 1}).encode(), "application/json")
                return
            blocks: list[dict[str, Any]] = [{"type": "text", "text": "done"}]
            if any(tool.get("name") == "Read" for tool in asked.get("tools", [])):
                session.tools.append({str(tool.get("name")) for tool in asked["tools"]})
                session.requests.append(text_of([asked.get("system"), asked["messages"]]))
                turn = next(left, None)
                if turn is not None:
                    made = turn(session.requests[-1]) if callable(turn) else turn
                    uses = made if isinstance(made, list) else [made]
                    blocks = [
                        {"type": "tool_use", "id": f"toolu_{next(numbers)}", **use} for use in uses
                    ]
            message = message_of(blocks, asked["model"])
            if asked.get("stream"):
                self.send(as_events(message), "text/event-stream")
            else:
                self.send(json.dumps(message).encode(), "application/json")

        def send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    session = Session(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield session
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def text_of(part: object) -> str:
    """Return all texts of a request's part, in order, a line break between them."""
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        return "\n".join(text_of(part[key]) for key in ("text", "content", "input") if key in part)
    return "\n".join(map(text_of, part)) if isinstance(part, list) else ""


def message_of(blocks: list[dict[str, Any]], model: str) -> dict[str, Any]:
    """Return an answer of these blocks."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": blocks,
        "stop_reason": "tool_use" if blocks[0]["type"] == "tool_use" else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def as_events(message: dict[str, Any]) -> bytes:
    """Return the answer as server-sent events, as the API streams it."""
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    started = message | {"content": [], "stop_reason": None}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": started}]
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            empty = block | {"text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            empty = block | {"input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events += [
            {"type": "content_block_start", "index": index, "content_block": empty},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    events += [
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()
