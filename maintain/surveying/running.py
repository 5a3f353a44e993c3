"""Run code of others with few rights: no network, its own folder, limits."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

SECONDS = 30  # a program that still runs then, such as a server, has run
_LIMITS = "ulimit -t 30; ulimit -f 200000; ulimit -v 8388608"  # seconds, 512 bytes, KiB
_START = f'{_LIMITS}; ip link set lo up 2>/dev/null; exec "$@"'
_NO_NETWORK = ("unshare", "--map-root-user", "--net")
_ERROR = re.compile(r"(?:^ .*\n)+(?:\w+\.)*([A-Za-z]\w*)(?::|$)", re.MULTILINE)
# Values for what the surveyed skills read from the environment.
_SETTINGS = {
    "ADMIN_PASSWORD_HASH": "hash",
    "APP_DATABASE_URL": "postgresql+asyncpg://user:password@localhost/app",
    "APP_JWT_SECRET": "a secret for tests, of 32 characters or more",
    "APP_PORT": "8000",
    "APP_PROXY_ADDRESS": "127.0.0.1",
    "APP_SHUTDOWN_SECONDS": "1",
    "DATABASE_URL": "sqlite+aiosqlite:///app.db",
    "ENVIRONMENT": "local",
    "JWT_ALG": "HS256",
    "JWT_PUBLIC_KEY": "key",
    "JWT_SECRET": "a secret for tests, of 32 characters or more",
    "PROMETHEUS_MULTIPROC_DIR": ".",
    "RATES_URL": "http://localhost",
    "REDIS_URL": "redis://localhost",
    "REFRESH_TOKEN_KEY": "a secret for tests, of 32 characters or more",
    "SECRET_KEY": "a secret for tests, of 32 characters or more",
    "STOCK_URL": "http://localhost",
    "WEB_CONCURRENCY": "1",
}


def isolation() -> tuple[str, ...]:
    """Return the command that runs another one without network, () if there is no such command."""
    if shutil.which(_NO_NETWORK[0]) is None:
        return ()
    done = subprocess.run([*_NO_NETWORK, "true"], capture_output=True, check=False)
    return () if done.returncode else _NO_NETWORK


def why_not_compiled(code: str) -> str:
    """Return the name of the error that Python's compiler raises, "" where it raises none."""
    try:
        compile(code, "block.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return type(error).__name__
    except ValueError:  # what Python says of NUL before 3.11.4
        return "SyntaxError"
    return ""


def why_not_run(
    code: str, python: Path, path: Sequence[Path], isolated: Sequence[str], seconds: float = SECONDS
) -> str:
    """Run a program with `path` importable; return the name of its error, "" where it has none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "block.py")
        file.write_text(code, encoding="utf-8")
        environment = _SETTINGS | {
            "HOME": folder,
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONWARNINGS": "ignore",
        }
        process = subprocess.Popen(
            [*isolated, "sh", "-c", _START, "sh", python, file],
            cwd=folder, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            _, output = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return ""
        finally:
            _end(process)
    if process.returncode == 0:
        return ""
    *_, last = output.decode(errors="replace").rpartition("Traceback")
    match = _ERROR.search(last)
    return match[1] if match else f"exit code {process.returncode}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.communicate()
