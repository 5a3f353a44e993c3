"""A folder that may not be read: the system lets root, which tests may be, read all."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def forbid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to list a folder, and to look at what is in it."""

    def refusing(name: str, *, is_in_it: bool) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(path: Any = ".", *arguments: Any, **options: Any) -> Any:
            place = Path(path) if isinstance(path, str | os.PathLike) else Path()
            named = Path.cwd() / place
            if (named.parent if is_in_it else named) == folder:
                raise PermissionError(13, "Permission denied", os.fspath(place))
            return real(path, *arguments, **options)

        return call

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, refusing(name, is_in_it=True))
    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, refusing(name, is_in_it=False))
