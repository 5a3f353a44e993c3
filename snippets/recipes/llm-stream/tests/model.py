"""A stand-in for a provider of language models: what it does is what it is asked."""

import json
import select
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PIECES = ("Hel", "lo")
PIECE = "x" * 65_536
MOST = 1_000  # pieces, 65 MB: more than all buffers between it and a client


class Provider(socketserver.ThreadingTCPServer):
    """A server that counts questions, and notices who hangs up and who does not read."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        self.questions = 0
        self.sent = 0
        self.is_left = threading.Event()
        self.is_held_back = threading.Event()


class _Handler(socketserver.StreamRequestHandler):
    server: Provider

    def handle(self) -> None:
        """Answer one question, on a connection of its own."""
        head = iter(self.rfile.readline, b"\r\n")
        lengths = [line.split()[1] for line in head if line.lower().startswith(b"content-length:")]
        question = json.loads(self.rfile.read(int(lengths[0])))
        self.server.questions += 1
        prompt = question["messages"][0]["content"]
        status = "429 Busy" if prompt == "refuse" else "200 OK"
        self.wfile.write(f"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n".encode())
        self.connection.settimeout(0)
        try:
            for piece in PIECES if prompt != "flood" else [PIECE] * MOST:
                self.say({"choices": [{"delta": {"content": piece}}]})
                if prompt == "hang":
                    self.wait_for_the_end()
                if prompt == "break":
                    return
        except OSError:
            self.server.is_left.set()
            return
        reason = "length" if prompt == "too long" else "stop"
        if prompt != "give no reason":
            self.say({"choices": [{"delta": None, "finish_reason": reason}]})
        self.say({"choices": [], "usage": {"total_tokens": 7}})
        if prompt != "just stop":
            self.connection.send(b"data: [DONE]\n\n")

    def say(self, chunk: object) -> None:
        """Send a chunk; notice if the other side takes no more."""
        left = f"data: {json.dumps(chunk)}\n\n".encode()
        while left:
            if select.select([], [self.connection], [], 1)[1]:
                left = left[self.connection.send(left) :]
            else:
                self.server.is_held_back.set()
        self.server.sent += 1

    def wait_for_the_end(self) -> None:
        """Return when the other side has hung up."""
        select.select([self.connection], [], [])
        raise ConnectionError


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Start a provider on a free port."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield provider
        finally:
            provider.shutdown()
            thread.join()
