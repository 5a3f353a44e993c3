import os
from pathlib import Path


def folder() -> Path:
    path = Path(os.environ.get("STORAGE_DIR", "storage"))
    path.mkdir(parents=True, exist_ok=True)
    return path
