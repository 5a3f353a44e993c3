"""The tools compared: how each is started on a folder, and the codes of what it finds."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.paths import ROOT
from maintain.matrix import find_python

PEER = "fastapi-therapist"
PEER_VERSION = "0.4.0"
PEER_PYTHONS = ("3.12", "3.13")
_AUDIT = ROOT / "scripts" / "audit.py"
_RUFF_RULES = "FAST,ASYNC,S,B"


class ToolError(Exception):
    """A tool cannot be had, or failed; the message says which and why."""


@dataclass(frozen=True)
class Tool:
    """A command that is run within the folder to read, and prints JSON.

    `listing` is the key of the list of findings ("" where the output is that list itself), `code`
    that of a finding's rule, and `codes` are the exit codes of a run that came to its end.
    """

    name: str
    command: tuple[str, ...]
    listing: str
    code: str
    codes: frozenset[int]


def ours() -> Tool:
    """Return scripts/audit.py, run by the Python that runs this."""
    command = (sys.executable, str(_AUDIT), "--format", "json", ".")
    return Tool("ours", command, "", "slug", frozenset({0, 1}))


def ruff() -> Tool:
    """Return ruff of this environment, with the rules that come nearest. Raises ToolError."""
    beside = Path(sys.executable).with_name("ruff")
    path = str(beside) if beside.is_file() else shutil.which("ruff")
    if path is None:
        raise ToolError("ruff is not installed")
    options = ("--select", _RUFF_RULES, "--target-version", "py311", "--output-format", "json")
    command = (path, "check", "--isolated", "--no-cache", *options, ".")
    return Tool("ruff", command, "", "code", frozenset({0, 1}))


def peer() -> Tool:
    """Return the peer as an installed command; uv installs it where it is not. Raises ToolError."""
    uv = shutil.which("uv")
    if uv is None:
        raise ToolError("the peer is installed with uv, which is not on PATH (see --ours-only)")
    python = next(filter(None, map(find_python, PEER_PYTHONS)), None)
    if python is None:
        raise ToolError("the peer needs Python 3.12 or 3.13, and none is found (see --ours-only)")
    code = "import sysconfig; print(sysconfig.get_path('scripts'))"
    wanted = f"{PEER}=={PEER_VERSION}"
    done = subprocess.run(
        [uv, "tool", "run", "--python", python, "--from", wanted, "python", "-c", code],
        env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = "".join(done.stderr.strip().splitlines()[-1:])
        raise ToolError(f"the peer {wanted} cannot be installed: {last} (see --ours-only)")
    command = (str(Path(done.stdout.strip()) / PEER), "--json", "--fail-on", "none", ".")
    return Tool(f"{PEER} {PEER_VERSION}", command, "diagnostics", "rule", frozenset({0}))


def run(tool: Tool, folder: Path, limit: float | None = None) -> str:
    """Return what the tool prints about a folder. Raises ToolError, TimeoutExpired (`limit`: s)."""
    done = subprocess.run(
        tool.command,
        cwd=folder, timeout=limit,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode not in tool.codes:
        raise ToolError(f"{tool.name} exited with {done.returncode}: {_why(done)}")
    return done.stdout


def count(tool: Tool, output: str) -> Counter[str]:
    """Return how often each rule is found, from what `run` returned. Raises ToolError."""
    try:
        data = json.loads(output)
        findings = data[tool.listing] if tool.listing else data
        return Counter(str(finding[tool.code]) for finding in findings)
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{tool.name} printed what is no list of findings: {error!r}") from None


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of the errors, or the peer's message, which it prints as JSON."""
    try:
        return str(json.loads(done.stdout)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return "".join(done.stderr.strip().splitlines()[-1:])
