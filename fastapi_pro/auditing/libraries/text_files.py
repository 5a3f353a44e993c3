"""The text of files beside the code, in any encoding that pip reads."""

import codecs
import locale
import re
from pathlib import Path

from fastapi_pro.auditing.model import project_files

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the one of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_LARGEST = 1_000_000


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
