"""build.py on random pages: filled, or refused and left."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from fastapi_pro.validating.fences import find_fences
from tests.building.small_repository import SmallRepository

PIECES = [
    "```", "````", "~~~", "   ```", "> ", "- ", "  ", "\t", "\n", "\r\n", "\r", "text\n", "# T\n",
    "python", "dockerfile", "sh", " ", "snippets/app/db.py", "#Repo", "#get_db,URL", "#no",
    "snippets/Dockerfile", "text snippets/app/", "---\n", "<div>\n", "\0", "\ufeff", "é", "\x0c",
    "```dockerfile snippets/Dockerfile\n", "```python snippets/app/db.py\n", "```\n", "\n```\n",
]  # fmt: skip

BLOCKS = [
    "```dockerfile snippets/Dockerfile\nold\n```\n",
    "~~~~python snippets/app/db.py#Repo\r\n~~~\r\n~~~~~\r\n",
    "````text snippets/app/\r````\r",
    "text\r\n", "> quote\n\n", "- item\n\n", "\n", "```sh\nls\n```\n", "\t \x0c\n", "---\n",
    "<b>\n\n",
]  # fmt: skip

pieces = st.lists(st.sampled_from(PIECES), max_size=25)

blocks = st.lists(st.sampled_from(BLOCKS), max_size=8)

markdown = st.one_of(pieces, blocks).map("".join).map(str.encode)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep hypothesis runs from printing."""
    with open(os.devnull, "w", encoding="utf-8") as null, contextlib.redirect_stdout(null):  # noqa: PTH123
        yield


def outside(raw: bytes) -> list[str]:
    """Return the lines that are in no filled fence, with their ends."""
    text = raw.decode()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines[0] = lines[0].removeprefix("\ufeff")
    if lines[0].rstrip() == "---":
        rest = [number for number, line in enumerate(lines) if number and line.rstrip() == "---"]
        lines[: rest[0] + 1 if rest else 0] = [""] * (rest[0] + 1 if rest else 0)
    inside: set[int] = set()
    for each in find_fences("\n".join(lines)):
        if "snippets/" in each.info:
            inside.update(range(each.start + 1, each.end))
    marked = [""]
    for index, char in enumerate(text):
        marked[-1] += char
        if char == "\n" or (char == "\r" and text[index + 1 : index + 2] != "\n"):
            marked.append("")
    return [line for number, line in enumerate(marked) if number not in inside]


@pytest.mark.slow
@given(st.one_of(markdown, st.binary(max_size=60)))
@settings(max_examples=400)
def test_random_pages_are_filled_or_left(raw: bytes) -> None:
    """Whatever a page holds: no crash, nothing outside the fences changes, nor a refused page."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        project = SmallRepository(Path(folder))
        page = project.page(raw)
        code = project.build()
        after = page.read_bytes()
        event(f"exit {code}, {'same' if after == raw else 'filled'}")
        if code == 1:
            assert after == raw
            return
        assert code == 0
        assert outside(after) == outside(raw)
        assert project.build("--check") == 0
