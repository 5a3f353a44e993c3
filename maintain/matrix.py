"""Run the proofs of the rules on several Pythons, with the newest and with the oldest libraries.

usage: maintain.py matrix [PYTEST_ARGUMENT ...]        (default: the proofs of the rules)

Newest is what was published until the date of `exclude-newer`, oldest the lower bounds of
pyproject.toml (uv's `lowest-direct`). The Pythons are those of 3.11, 3.12 and 3.13 that are found
on PATH or below ~/.pyenv/versions; nothing is downloaded but packages. Exits with 1 when a run
fails.
"""

import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
RESOLUTIONS = ("highest", "lowest-direct")
DEFAULT = ["snippets/rules", "-n", "2", "-m", "not swapped"]


def main(arguments: Sequence[str]) -> int:
    """Run the matrix, print a line for each run, and return the exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print((__doc__ or "").rstrip())
        return 0
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    until = pyproject["tool"]["uv"]["exclude-newer"]
    failed = False
    for wanted in PYTHONS:
        python = find_python(wanted)
        if python is None:
            print(f"{wanted}: not found, left out")
            continue
        for resolution in RESOLUTIONS:
            with tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o755)  # noqa: PTH101, S103 - PostgreSQL's user reads its binaries
                _install(python, Path(folder), resolution, until)
                command = [f"{folder}/bin/python", "-m", "pytest", "-q"]
                done = subprocess.run(
                    [*command, *(arguments or DEFAULT)],
                    cwd=ROOT, capture_output=True, text=True, check=False,
                )  # fmt: skip
            last = done.stdout.strip().splitlines()[-1:] or [done.stderr]
            print(f"{wanted} {resolution:14} {last[0]}", flush=True)
            if done.returncode:
                failed = True
                print("\n".join(x for x in done.stdout.splitlines() if x.startswith("FAILED ")))
    return int(failed)


def find_python(wanted: str) -> str | None:
    """Return the path of a Python of this minor version, or None."""
    candidates = [shutil.which(f"python{wanted}")]
    pyenv = Path.home() / ".pyenv" / "versions"
    candidates += [str(path) for path in pyenv.glob(f"{wanted}.*/bin/python")]
    for candidate in filter(None, candidates):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([candidate, "-c", code], capture_output=True, text=True, check=False)
        if done.stdout.strip() == wanted:
            return candidate
    return None


def _install(python: str, folder: Path, resolution: str, until: str) -> None:
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    groups = [f"--group={ROOT / 'pyproject.toml'}:{group}" for group in ("service", "test")]
    for command in (
        ["uv", "venv", "-q", "--clear", "--python", python, str(folder)],
        ["uv", "pip", "install", "-q", "--python", str(folder), "--resolution", resolution,
         "--exclude-newer", until, *groups],
    ):  # fmt: skip
        subprocess.run(command, env=environment, check=True)
