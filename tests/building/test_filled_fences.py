"""What build.py writes into fences, and what it leaves alone."""

import pytest

from fastapi_pro.validating.fences import find_fences
from tests.building.small_repository import SNIPPETS, SmallRepository, fence, filled


def test_whole_python_file(project: SmallRepository) -> None:
    """A fence that names a Python file holds its path and its text."""
    shown = filled(project, "python snippets/app/db.py")
    assert shown == "# app/db.py\n" + SNIPPETS["snippets/app/db.py"]


def test_chosen_definitions(project: SmallRepository) -> None:
    """A fence that names definitions holds them with the imports they use."""
    shown = filled(project, "python snippets/app/db.py#get_db,URL")
    expected = "import os\n\nURL = os.sep\n\n\ndef get_db() -> str:\n    return URL\n"
    assert shown == f"# app/db.py\n{expected}"


def test_other_files_come_whole(project: SmallRepository) -> None:
    """A file in another language comes as it is, without a heading."""
    assert filled(project, "dockerfile snippets/Dockerfile") == SNIPPETS["snippets/Dockerfile"]


def test_empty_file_empties_the_fence(project: SmallRepository) -> None:
    """An empty file leaves no line between the fences."""
    project.write("snippets/empty.toml", "")
    project.page(fence("toml snippets/empty.toml", "old\nlines\n"))
    assert project.build() == 0
    assert (project.root / "SKILL.md").read_text() == fence("toml snippets/empty.toml")


def test_folder_becomes_a_tree(project: SmallRepository) -> None:
    """A folder is drawn folders first, docstrings aligned, without caches and databases."""
    for path in ("app/api/v1/users.py", "app/api/deps.py", "app/main.py"):
        project.write(f"snippets/{path}", f'"""Doc of {path}.\n\nMore.\n"""\n')
    project.write("snippets/app/api/__init__.py", '"""Routes."""')
    project.write("snippets/app/api/v1/__init__.py", "")
    project.write("snippets/app/core/__init__.py", '"""Only a package."""\n')
    project.write("snippets/app/plain.py", "X = 1\n")
    project.write("snippets/app/alembic.ini", "[alembic]\n")
    for litter in (".env", ".cache/x", "app.db", "app.db-wal", "__pycache__/m.pyc", "void/a.db"):
        project.write(f"snippets/app/{litter}", "")
    assert filled(project, "text snippets/app/") == (
        "app/                  # The service.\n"
        "├── api/              # Routes.\n"
        "│   ├── v1/\n"
        "│   │   └── users.py  # Doc of app/api/v1/users.py.\n"
        "│   └── deps.py       # Doc of app/api/deps.py.\n"
        "├── core/             # Only a package.\n"
        "├── alembic.ini\n"
        "├── db.py             # Engine and sessions.\n"
        "├── main.py           # Doc of app/main.py.\n"
        "└── plain.py\n"
    )


def test_only_shown_lines_count_for_client_syntax(project: SmallRepository) -> None:
    """A definition that is not shown may hold what the client would replace."""
    project.write("snippets/sql.py", 'A = "$1"\n\nB = 2\n')
    assert filled(project, "python snippets/sql.py#B") == "# sql.py\n\nB = 2\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_everything_outside_the_fences_stays(
    project: SmallRepository, end: str, last: bool
) -> None:
    """Line ends, tabs, trailing blanks, byte order mark and a missing last line end stay."""
    before = end.join(["\ufeff---", "name: x", "```python", "---", "# T\t ", "", "a  "])
    before += f"{end}````dockerfile   snippets/Dockerfile \t{end}"
    after = end.join(["`````  ", "", "\t x\x0b\x0cy\u2028 ", "```sh", "ls", "```"]) + end * last
    page = project.page(f"{before}old{end}{after}".encode())
    assert project.build() == 0
    content = SNIPPETS["snippets/Dockerfile"].replace("\n", end)
    assert page.read_bytes() == f"{before}{content}{after}".encode()


def test_mixed_line_ends_stay_mixed(project: SmallRepository) -> None:
    """Content takes the line end of its own opening fence."""
    page = project.page(b"a\r\n```toml snippets/x.toml\n```\r\n~~~toml snippets/x.toml\r\n~~~\n")
    project.write("snippets/x.toml", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert project.build() == 0
    assert page.read_bytes() == (
        b"a\r\n```toml snippets/x.toml\na = 1\nb = 2\n```\r\n"
        b"~~~toml snippets/x.toml\r\na = 1\r\nb = 2\r\n~~~\n"
    )


@pytest.mark.parametrize(
    "page",
    [
        fence("sh", "pip install x\n"),
        fence("", "plain\n"),
        fence("pytb", "Traceback\n"),
        "    ```python\n    indented code, no fence\n",
        "```unclosed\nls\n",
        "- item\n  ```sh\n  ls\n  ```\n",
        "---\nname: x\ndescription: |\n  ```python\n---\nbody\n",
    ],
)
def test_hand_written_blocks_are_left_alone(project: SmallRepository, page: str) -> None:
    """A block that is not Python needs no source and stays as it is."""
    file = project.page(page)
    assert project.build() == 0
    assert file.read_text() == page


@pytest.mark.parametrize(
    "text", ["```", "```\n", "```\n    ```", "```\n``", "- ```\n  ", "```\n~~~"]
)
def test_fence_without_end_is_seen(text: str) -> None:
    """A fence is closed only by what markdown takes for its end."""
    (found,) = find_fences(text)
    assert not found.closed
    assert found.end == len(text.removesuffix("\n").split("\n"))
