"""A search in a log, by a shell."""

import os
import subprocess
from pathlib import Path

from fastapi import FastAPI

LOG = Path(os.environ.get("LOG_FILE", "/var/log/app.log"))
app = FastAPI()


@app.get("/log/lines")
def count_lines(word: str) -> int:
    """Say how many lines have a word."""
    command = f"grep -c -e {word} {LOG}"
    found = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=10)
    return int(found.stdout or 0)
