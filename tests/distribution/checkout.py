"""A checkout of this repository of the test's own, and the installer run in it."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = (
    *("LICENSE", "SKILL.md", "references"),
    *("fastapi_pro", "maintain", "scripts", "skills", "snippets"),
)


def copy_checkout(folder: Path) -> Path:
    """Copy what the installer needs to a folder, and return it."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy(source, target)
    return folder


def copy_tracked(folder: Path) -> Path:
    """Copy the repository to a folder as a clone has it, and return the folder."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listing.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def install(
    checkout: Path, *arguments: str | Path, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the installer of a checkout; it must exit with `code`."""
    command = [sys.executable, "-S", checkout / "scripts" / "install.py", *arguments]
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder with its content, every folder with None."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if "__pycache__" not in path.parts
    }
