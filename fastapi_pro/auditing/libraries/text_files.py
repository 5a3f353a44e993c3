"""The text of files beside the code, in any encoding that pip reads."""

import codecs
import locale
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources.spots import source

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the one of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_LARGEST = 1_000_000
_MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "package.json", "serverless.yml",
              "vercel.json", "Makefile", "justfile", "Taskfile.yml")  # fmt: skip


@fact
def texts_beside(program: Program) -> list[str]:
    """Return the texts of the files that start a program, and of its manifests."""
    texts = [source(path).text for path in program.files]
    for folder in sorted({parent for m in program.code for parent in _folders(m.path, program)}):
        names = project_files.names(folder)
        own = {"setup.py"} if "__init__.py" in names else set()  # a module as others
        texts += [read_text(folder / name) for name in _MANIFESTS if name in names - own]
    return texts


def _folders(path: Path, program: Program) -> Iterator[Path]:
    for folder in path.parents:
        yield folder
        if folder == program.root:
            break


def read_text(path: Path, largest: int = _LARGEST) -> str:
    """Return the text of a file; "" if it does not exist or cannot be read.

    The encoding is that of the byte order mark, or of `coding:` in the first two lines, else UTF-8,
    else that of the locale, else Latin-1.
    """
    try:
        if not project_files.is_file(path) or project_files.size(path) > largest:
            return ""
        data = project_files.read(path)
    except OSError:
        return ""
    return _decode(data).replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    encodings = ["utf-8", locale.getpreferredencoding(do_setlocale=False), "latin-1"]
    for line in data.split(b"\n")[:2]:
        if line.startswith(b"#") and (match := _CODING.search(line)):
            encodings.insert(0, match[1].decode("ascii", "replace"))
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return ""
