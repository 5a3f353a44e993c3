"""The text of the lines that have findings: it does not change when lines move."""

from collections.abc import Mapping
from pathlib import Path

from fastapi_pro.auditing.model import project_files


class Lines:
    """The lines of files, each read once; files in `contents` are not read but taken from there."""

    def __init__(self, contents: Mapping[Path, bytes | None] | None = None) -> None:
        self._contents = contents or {}
        self._lines: dict[Path, list[str]] = {}

    def text(self, path: Path, line: int) -> str:
        """Return a line, which counts from 1, without the space around it; "" without one."""
        if path not in self._lines:
            text = self._read(path).decode("utf-8", "backslashreplace")
            self._lines[path] = text.split("\n")
        lines = self._lines[path]
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def _read(self, path: Path) -> bytes:
        if path in self._contents:
            return self._contents[path] or b""
        try:
            return project_files.read(path)
        except OSError:
            return b""
