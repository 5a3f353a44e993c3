"""Pack the skill as a .skill archive in the open standard's form, for other clients and uploads.

usage: maintain.py pack [--output FILE]        (default: dist/fastapi-pro.skill)

The same checkout gives the same bytes on every machine. Exits with 0 when the archive is written,
1 when it cannot be, 2 for wrong use. Needs nothing but the standard library of Python 3.11.
"""

import argparse
import hashlib
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.command_line import parser_of
from fastapi_pro.installing.contents import MAIN, ContentsError, contents

ROOT = Path(__file__).resolve().parents[1]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, print what it wrote, and return the exit code."""
    output: Path = _arguments(argv).output
    try:
        files = contents(ROOT, MAIN, open_standard=True)
        archive = as_archive(files)
        _write(output, archive)
    except ContentsError as error:
        print(f"maintain.py pack: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"maintain.py pack: {error.filename}: {error.strerror}; name another FILE",
            file=sys.stderr,
        )
        return 1
    print(f"{output}: {MAIN} {__version__}, {len(files)} files, {len(archive)} bytes")
    print(f"sha256 {hashlib.sha256(archive).hexdigest()}")
    return 0


def as_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with these files in one folder, in the order of their names.

    They are stored, not compressed: zlib's output differs between its versions.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{MAIN}/{name}")  # of 1980-01-01
            entry.create_system = 3  # Unix, where there is a mode
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = parser_of(__doc__)
    default = ROOT / "dist" / f"{MAIN}.skill"
    parser.add_argument(
        "--output", type=Path, metavar="FILE", default=default, help="what to write"
    )
    return parser.parse_args(argv)


def _write(file: Path, content: bytes) -> None:
    """Replace the file as a whole. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)
