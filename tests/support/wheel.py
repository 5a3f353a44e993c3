"""The wheel, built as pip and uv do, and installed in an environment of its own."""

import subprocess
import sys
import tarfile
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.paths import ROOT

SDIST = f"fastapi_pro-{__version__}.tar.gz"
WHEEL = f"fastapi_pro-{__version__}-py3-none-any.whl"


def build(source: Path, *arguments: str | Path) -> None:
    """Build with the tools of this environment."""
    command = [sys.executable, "-m", "hatchling", "build", *arguments]
    subprocess.run(command, cwd=source, check=True, capture_output=True)


def build_and_install(folder: Path) -> None:
    """Build an sdist, from that a wheel, and install it where nothing else is."""
    build(ROOT, "-t", "sdist", "-d", folder)
    with tarfile.open(folder / SDIST) as archive:
        archive.extractall(folder / "sdist", filter="data")
    build(folder / "sdist" / SDIST.removesuffix(".tar.gz"), "-t", "wheel", "-d", folder)
    uv("venv", "-q", "--python", sys.executable, folder / "venv")
    into = ("--python", folder / "venv")
    uv("pip", "install", "-q", "--offline", "--no-config", *into, folder / WHEEL)


def uv(*arguments: str | Path) -> None:
    """Run uv; it must succeed."""
    subprocess.run(["uv", *arguments], check=True, capture_output=True, cwd="/")
