"""Files that need a newer Python than the one that runs: another one on this machine reads them."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.sources.parse import UnreadableError, check, read
from fastapi_pro.paths import PACKAGE

_MARK = "FASTAPI_PRO_PYTHON"
"""The variable that a run by another Python gets, so that it does not look for one itself."""
_SEVERAL = 8  # versions that may come after this one
_SECONDS = 20
_READS = (
    "import ast, sys\n"
    "if sys.version_info[:2] <= {version}: sys.exit(1)\n"
    "for path in sys.argv[1:]:\n"
    "    try: ast.parse(open(path, 'rb').read())\n"
    "    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError): pass\n"
    "    else: sys.exit(0)\n"
    "sys.exit(1)\n"
)
_F_STRING = re.compile(rb"\b[rR]?[fF][rR]?[\"']")
_VERSION = re.compile(r"3\.(\d+)\.\d+(?:-.*)?")
_GENERIC = re.compile(
    rb"^[ \t]*(?:class|def|async[ \t]+def)[ \t]+[\w\x80-\xff]+[ \t]*\[|"
    rb"^[ \t]*type[ \t]+[\w\x80-\xff]+[ \t]*(?:\[.*\][ \t]*)?=",
    re.MULTILINE,
)
_FOURTEEN = re.compile(rb"\b[rR]?[tT][rR]?[\"']")


def with_newer_syntax(files: Iterable[Path]) -> list[str]:
    """Return a file with syntax of Python 3.12 that this one cannot parse, if there is one.

    It is seen before the audit, which otherwise is done twice.
    """
    if sys.version_info >= (3, 12):
        return []
    for path in files:
        try:
            source = read(path) if path.suffix == ".py" else b""
            if _GENERIC.search(source):
                check(source)
        except UnreadableError as error:
            if _is_of_parser(str(error)):
                return [str(path)]
    return []


def run_again(paths: Sequence[str], argv: Sequence[str]) -> int | None:
    """Run the audit with the newest Python here that can parse a file that this one cannot.

    `paths` are the files that this Python cannot parse. Return the exit code; None where there are
    none, or no such Python can be found.
    """
    if not paths or _MARK in os.environ:
        return None
    python = next((p for p in pythons() if reads_one(p, paths)), None)
    if python is None:
        return None
    import subprocess  # noqa: PLC0415 -- only here, and it takes long to import

    command = [python, "-P", str(PACKAGE / "__main__.py"), "audit", *argv]
    return subprocess.run(command, env=_environment(), check=False).returncode  # noqa: S603


def told(findings: Sequence[Finding]) -> str:
    """Say how many files seem to need a newer Python; "" for none."""
    versions = [_version(f) for f in findings if _is_unparsed(f)]
    newer = [version for version in versions if version > sys.version_info[:2]]
    if not newer:
        return ""
    one = "1 file was not read: it needs"
    what = one if len(newer) == 1 else f"{len(newer)} files were not read: they need"
    named = ".".join(map(str, max(newer)))
    return f"{what} Python {named}; run the audit with it"


def _is_unparsed(finding: Finding) -> bool:
    return finding.slug == UNREADABLE and _is_of_parser(finding.message)


def _is_of_parser(message: str) -> bool:
    return message.startswith("does not parse as Python")


def unparsed(findings: Sequence[Finding]) -> list[str]:
    """Return the files of the findings that say that this Python cannot parse a file."""
    return sorted({f.path for f in findings if _is_unparsed(f)})


def _version(finding: Finding) -> tuple[int, int]:
    """Return the version whose syntax is at the place of the error, (0, 0) if there is none."""
    try:
        lines = read(Path(finding.path)).splitlines()
    except UnreadableError:
        return (0, 0)
    line = lines[finding.line - 1] if finding.line <= len(lines) else b""
    if _GENERIC.search(line) or _F_STRING.search(line):
        return (3, 12)
    return (3, 14) if _FOURTEEN.search(line) else (0, 0)


def pythons() -> Iterator[str]:
    """Yield newer Pythons, the newest first: those on PATH, uv's, pyenv's."""
    import shutil  # noqa: PLC0415 -- as above

    first = sys.version_info[1] + 1
    kept = [*_kept(_uv(), "cpython-3."), *_kept(_pyenv(), "3.")]
    for minor in range(first + _SEVERAL, first - 1, -1):
        if named := shutil.which(f"python3.{minor}"):
            yield named
        for found, path in kept:
            if found == minor:
                yield path
    for name in ("python3", "python"):
        if named := shutil.which(name):
            yield named


def _kept(folder: Path, prefix: str) -> list[tuple[int, str]]:
    """Return the Pythons that a tool keeps below a folder: their minor versions, and paths."""
    try:
        homes = sorted(folder.glob(f"{prefix}*"), reverse=True)
    except PermissionError:  # the folder of another user
        homes = []
    versions = ((_VERSION.fullmatch(h.name.removeprefix("cpython-")), h) for h in homes)
    return [
        (int(version[1]), str(path))
        for version, home in versions
        for path in (home / "bin" / "python3", home / "python.exe")
        if version and os.path.isfile(path)  # noqa: PTH113 -- False where it may not look
    ]


def _uv() -> Path:
    if named := os.environ.get("UV_PYTHON_INSTALL_DIR"):
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("APPDATA", "")) / "uv" / "python"
    data = os.environ.get("XDG_DATA_HOME") or _at_home(".local/share")
    return Path(data) / "uv" / "python"


def _pyenv() -> Path:
    root = os.environ.get("PYENV_ROOT") or os.environ.get("PYENV")
    if root:
        return Path(root) / "versions"
    inner = ".pyenv/pyenv-win/versions" if os.name == "nt" else ".pyenv/versions"
    return _at_home(inner)


def _at_home(path: str) -> Path:
    """Return a path below the user's home; where there is none, one that leads nowhere.

    It is never in the project: nothing of that is run.
    """
    home = os.path.expanduser("~")  # noqa: PTH111 -- pathlib raises an error without a home
    return Path(home if os.path.isabs(home) else os.devnull, path)  # noqa: PTH117


def reads_one(python: str, paths: Sequence[str]) -> bool:
    """Say whether a program is a newer Python, and parses at least one of the files."""
    import subprocess  # noqa: PLC0415 -- as above

    code = _READS.format(version=tuple(sys.version_info[:2]))
    try:
        run = subprocess.run(  # noqa: S603
            [python, "-c", code, *paths[:100]],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return run.returncode == 0


def _environment() -> dict[str, str]:
    """Return the environment for another Python, without variables that point to this one."""
    left_out = {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {_MARK: sys.executable}
