"""One run of Claude Code in print mode: a prompt, a folder, and what came of it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
_TOOLS = "Bash,Edit,Glob,Grep,Read,Skill,Write"
_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_TELEMETRY": "1",
}
_USAGE = (
    *("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"),
    "output_tokens",
)


class ClientError(Exception):
    """Why no run is possible, and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What a run took, and why it did not come to its end, if so."""

    seconds: float
    tokens: int
    output_tokens: int
    turns: int
    tool_calls: int
    skills: list[str]
    error: str


@dataclass(frozen=True)
class Client:
    """Claude Code on this machine, and the model that it asks."""

    command: str
    model: str | None

    @classmethod
    def found(cls, model: str | None) -> "Client":
        """Return the client of this machine. Raises ClientError."""
        command = shutil.which("claude")
        if command is None:
            raise ClientError(
                "no `claude` on PATH; write `npm install --global @anthropic-ai/claude-code`"
            )
        if not any(os.environ.get(name) for name in KEYS):
            raise ClientError(f"no key for the model; set one of {', '.join(KEYS)}")
        return cls(command, model)

    def version(self) -> str:
        """Return what the client calls itself. Raises ClientError."""
        done = subprocess.run(
            [self.command, "--version"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ClientError(f"{self.command} --version fails: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    def run(self, prompt: str, folder: Path, place: Path, seconds: float) -> Outcome:
        """Give the client a prompt in a folder; keep what it prints in files of `place`.

        It has settings of its own, without the user's skills, plugins and memory, and may use its
        tools without being asked. It is killed when the time is over. Raises OSError.
        """
        arguments = ["--output-format", "stream-json", "--verbose"]
        arguments += ["--permission-mode", "acceptEdits", "--allowedTools", _TOOLS]
        if self.model is not None:
            arguments += ["--model", self.model]
        transcript, errors = place / "transcript.jsonl", place / "stderr.txt"
        started = time.monotonic()
        with transcript.open("wb") as output, errors.open("wb") as told:
            process = subprocess.Popen(
                [self.command, "-p", prompt, *arguments],
                cwd=folder,
                env=_environment(place / "settings"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=told,
                start_new_session=True,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                error = f"stopped after {seconds / 60:.0f} minutes"
            else:
                code = process.returncode
                last = errors.read_text(encoding="utf-8", errors="replace").strip()[-300:]
                error = f"the client ended with {code}: {last}" if code else ""
            finally:  # also what it started and left
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(place / "settings", ignore_errors=True)
        return _outcome(list(_events(transcript)), time.monotonic() - started, error)


def _environment(settings: Path) -> dict[str, str]:
    """Return the client's variables: `python` and `pytest` are ours, with FastAPI and the rest."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return kept | _QUIET | {"PATH": path, "CLAUDE_CONFIG_DIR": str(settings)}


def _events(transcript: Path) -> Iterator[dict[str, Any]]:
    """Yield what the client printed, without a line on which it was killed."""
    for line in transcript.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict):
                yield event


def _outcome(events: list[dict[str, Any]], seconds: float, error: str) -> Outcome:
    result: dict[str, Any] = {}
    uses: list[dict[str, Any]] = []
    for event in events:
        if event.get("type") == "result":
            result = event
        elif event.get("type") == "assistant":
            content = event.get("message", {}).get("content", [])
            uses += [block for block in content if block.get("type") == "tool_use"]
    if not error and not result:
        error = "the client said nothing of a result"
    if result.get("is_error"):
        error = f"{result.get('subtype', 'error')}: {str(result.get('result', ''))[:300]}"
    usage = result.get("usage") or {}
    called = [use["input"].get("skill", "") for use in uses if use.get("name") == "Skill"]
    return Outcome(
        seconds=round(seconds, 1),
        tokens=sum(usage.get(name) or 0 for name in _USAGE),
        output_tokens=usage.get("output_tokens") or 0,
        turns=result.get("num_turns") or 0,
        tool_calls=len(uses),
        skills=sorted(set(called)),
        error=error,
    )
