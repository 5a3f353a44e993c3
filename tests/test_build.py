"""The command that fills the pages' fences: what it writes, what it refuses, what it leaves."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import build
from skillmd.fences import find_fences

SCRIPT = Path(build.__file__)
SNIPPETS = {
    "snippets/app/__init__.py": '"""The service."""\n',
    "snippets/app/db.py": '"""Engine and sessions."""\n\nimport os\nimport sys\n\n'
    "URL = os.sep\n\n\ndef get_db() -> str:\n    return URL\n\n\n"
    "class Repo:\n    name = sys.path\n",
    "snippets/Dockerfile": "FROM python:3.11\nRUN pip install app\n",
}
ALLOW = '[tool.fastapi-pro.unshown]\n"snippets/*" = "only for this test"\n'


class Project:
    """A throw-away repo with the snippets above, all of them allowed to be unshown."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path, text in {**SNIPPETS, "pyproject.toml": ALLOW}.items():
            self.write(path, text)

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a file below the root, bytes as they are."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def page(self, text: str | bytes) -> Path:
        """Write SKILL.md."""
        return self.write("SKILL.md", text)

    def build(self, *options: str) -> int:
        """Run the command in this process."""
        return build.main(["--root", str(self.root), *options])

    def bytes(self) -> dict[str, bytes]:
        """Return every file with its content."""
        files = (file for file in self.root.rglob("*") if file.is_file())
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in files}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a fresh project."""
    return Project(tmp_path)


@pytest.fixture
def refused(project: Project, capsys: pytest.CaptureFixture[str]) -> "Refused":
    """Give the check that a page is refused and nothing changes."""
    return Refused(project, capsys)


class Refused:
    """Builds a page that must be refused and returns what is printed."""

    def __init__(self, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
        self.project, self.capsys = project, capsys

    def __call__(self, page: str | bytes) -> str:
        """Return the findings; a second, sound page must stay unwritten too."""
        self.project.page(page)
        self.project.write("references/sound.md", fence("python snippets/app/db.py"))
        before = self.project.bytes()
        assert self.project.build() == 1
        assert self.project.bytes() == before
        out = self.capsys.readouterr().out
        assert self.project.build("--check") == 1
        assert self.project.bytes() == before
        assert self.capsys.readouterr().out == out
        return out


def fence(info: str, content: str = "", mark: str = "```") -> str:
    """Return a fenced block with this info string."""
    return f"{mark}{info}\n{content}{mark}\n"


def filled(project: Project, info: str) -> str:
    """Return the content of the fence with this info string after a build."""
    page = project.page(fence(info))
    assert project.build() == 0
    return page.read_text().removeprefix(f"```{info}\n").removesuffix("```\n")


def test_whole_python_file(project: Project) -> None:
    """A fence that names a Python file holds its path and its text."""
    shown = filled(project, "python snippets/app/db.py")
    assert shown == "# app/db.py\n" + SNIPPETS["snippets/app/db.py"]


def test_chosen_definitions(project: Project) -> None:
    """A fence that names definitions holds them with the imports they use."""
    shown = filled(project, "python snippets/app/db.py#get_db,URL")
    expected = "import os\n\nURL = os.sep\n\n\ndef get_db() -> str:\n    return URL\n"
    assert shown == f"# app/db.py\n{expected}"


def test_other_files_come_whole(project: Project) -> None:
    """A file in another language comes as it is, without a heading."""
    assert filled(project, "dockerfile snippets/Dockerfile") == SNIPPETS["snippets/Dockerfile"]


def test_empty_file_empties_the_fence(project: Project) -> None:
    """An empty file leaves no line between the fences."""
    project.write("snippets/empty.toml", "")
    project.page(fence("toml snippets/empty.toml", "old\nlines\n"))
    assert project.build() == 0
    assert (project.root / "SKILL.md").read_text() == fence("toml snippets/empty.toml")


def test_folder_becomes_a_tree(project: Project) -> None:
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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_everything_outside_the_fences_stays(project: Project, end: str, last: bool) -> None:
    """Line ends, tabs, trailing blanks, byte order mark and a missing last line end stay."""
    before = end.join(["\ufeff---", "name: x", "```python", "---", "# T\t ", "", "a  "])
    before += f"{end}````dockerfile   snippets/Dockerfile \t{end}"
    after = end.join(["`````  ", "", "\t x\x0b\x0cy\u2028 ", "```sh", "ls", "```"]) + end * last
    page = project.page(f"{before}old{end}{after}".encode())
    assert project.build() == 0
    content = SNIPPETS["snippets/Dockerfile"].replace("\n", end)
    assert page.read_bytes() == f"{before}{content}{after}".encode()


def test_mixed_line_ends_stay_mixed(project: Project) -> None:
    """Content takes the line end of its own opening fence."""
    page = project.page(b"a\r\n```toml snippets/x.toml\n```\r\n~~~toml snippets/x.toml\r\n~~~\n")
    project.write("snippets/x.toml", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert project.build() == 0
    assert page.read_bytes() == (
        b"a\r\n```toml snippets/x.toml\na = 1\nb = 2\n```\r\n"
        b"~~~toml snippets/x.toml\r\na = 1\r\nb = 2\r\n~~~\n"
    )


def test_second_build_writes_nothing(project: Project) -> None:
    """A page that is up to date is not written again."""
    page = project.page(fence("python snippets/app/db.py#Repo") + fence("text snippets/app"))
    assert project.build() == 0
    before, written = page.read_bytes(), page.stat()
    assert project.build() == 0
    assert page.read_bytes() == before
    assert page.stat().st_ino == written.st_ino


def test_mode_is_kept(project: Project) -> None:
    """The page keeps its permissions, and no temporary file stays."""
    page = project.page(fence("dockerfile snippets/Dockerfile"))
    page.chmod(0o640)
    assert project.build() == 0
    assert page.stat().st_mode & 0o777 == 0o640
    assert {path.name for path in project.root.iterdir()} == {
        "SKILL.md",
        "pyproject.toml",
        "snippets",
    }


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace", "tempfile.mkstemp"])
def test_failing_write_leaves_the_old_files(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    """When the disk is full every page keeps its content, and the user is told."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    project.page(fence("dockerfile snippets/Dockerfile"))
    project.write("references/a.md", fence("dockerfile snippets/Dockerfile"))
    before = project.bytes()
    monkeypatch.setattr(broken, fail)
    assert project.build() == 1
    assert project.bytes() == before
    assert "No space left" in capsys.readouterr().out


def test_no_page_is_replaced_before_all_are_on_disk(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure at the second page leaves the first one old."""
    synced: list[int] = []

    def fail_second(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    project.page(fence("dockerfile snippets/Dockerfile"))
    project.write("references/a.md", fence("dockerfile snippets/Dockerfile"))
    before = project.bytes()
    monkeypatch.setattr(os, "fsync", fail_second)
    assert project.build() == 1
    assert project.bytes() == before


def test_check_shows_the_difference(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """--check prints a unified diff and fails until the page is up to date."""
    page = project.page("# T\n```dockerfile snippets/Dockerfile\nFROM old\n```")
    before = page.read_bytes()
    assert project.build("--check") == 1
    assert page.read_bytes() == before
    assert capsys.readouterr().out.splitlines() == [
        "--- SKILL.md",
        "+++ SKILL.md (generated)",
        "@@ -1,4 +1,5 @@",
        " # T",
        " ```dockerfile snippets/Dockerfile",
        "-FROM old",
        "+FROM python:3.11",
        "+RUN pip install app",
        " ```",
        "\\ No newline at end of file",
    ]
    assert project.build() == 0
    assert capsys.readouterr().out == "wrote SKILL.md\n"
    assert project.build("--check") == 0
    assert capsys.readouterr().out == ""


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
def test_hand_written_blocks_are_left_alone(project: Project, page: str) -> None:
    """A block that is not Python needs no source and stays as it is."""
    file = project.page(page)
    assert project.build() == 0
    assert file.read_text() == page


@pytest.mark.parametrize(
    ("page", "place", "code", "words"),
    [
        (fence("python"), "1:1", "no-source", "name its source"),
        ("a\n\n~~~py\n~~~\n", "3:1", "no-source", "name its source"),
        (fence("Python3"), "1:1", "no-source", ""),
        (fence("pycon"), "1:1", "no-source", ""),
        (fence("{.python}"), "1:1", "no-source", ""),
        ("- a\n  ```python\n  x\n  ```\n", "2:3", "no-source", ""),
        ("```python", "1:1", "no-source", ""),
        ("---\nname: x\n---\n```python\n```\n", "4:1", "no-source", ""),
        ("---\nno front matter\n\n```python\n```\n", "4:1", "no-source", ""),
        (fence("snippets/app/db.py"), "1:1", "no-language", "write ```text snippets/app/db.py"),
        (fence("python app/db.py"), "1:11", "outside-snippets", "snippets/"),
        (fence("python /etc/passwd"), "1:11", "outside-snippets", ""),
        (fence("text snippets/../SKILL.md"), "1:9", "outside-snippets", ""),
        (fence("text snippets/../snippets/Dockerfile"), "1:9", "outside-snippets", ""),
        (fence("text snippets\\Dockerfile"), "1:9", "outside-snippets", ""),
        (fence("text snippets/link"), "1:9", "outside-snippets", ""),
        (fence("text snippets/folder/secret"), "1:9", "outside-snippets", ""),
        (fence("text snippets/circle"), "1:9", "missing-file", ""),
        (fence("python snippets/app/no.py"), "1:11", "missing-file", "there is no"),
        (fence(f"python snippets/{'x' * 5000}.py"), "1:11", "missing-file", ""),
        (fence("python snippets/app/\0.py"), "1:11", "missing-file", ""),
        (fence("python snippets/app/db.py#no"), "1:11", "missing-name", "URL, get_db, Repo"),
        (fence("python snippets/app/db.py#get_db"), "1:11", "name-not-selected", "#get_db,URL"),
        (fence("python snippets/app/db.py#Repo,Repo"), "1:11", "duplicate-name", "once"),
        (fence("python snippets/app/db.py#Repo.name"), "1:11", "bad-name", "write Repo"),
        (fence("python snippets/app/db.py#"), "1:11", "bad-name", "is no name"),
        (fence("python snippets/app/db.py#Repo,"), "1:11", "bad-name", "is no name"),
        (fence("python snippets/app/db.py#Repo, URL"), "1:11", "bad-info", "without spaces"),
        (fence("python snippets/app/"), "1:11", "folder-source", "write ```text"),
        (fence("text snippets/app/#x"), "1:9", "folder-source", ""),
        (fence("text snippets/app/db.py"), "1:9", "wrong-language", "write ```python"),
        (fence("python snippets/Dockerfile"), "1:11", "wrong-language", "not a .py file"),
        (fence("docker snippets/Dockerfile#x"), "1:11", "names-of-text", ""),
        ("- a\n  ```python snippets/app/db.py\n  ```\n", "2:13", "nested-fence", "move it out"),
        ("> ```python snippets/app/db.py\n> ```\n", "1:13", "nested-fence", ""),
        (" ```python snippets/app/db.py\n ```\n", "1:12", "indented-fence", ""),
        ("```python snippets/app/db.py\nx\n", "1:11", "unclosed-fence", "close it with ```"),
        ("```python snippets/app/db.py\n    ```\n", "1:11", "unclosed-fence", ""),
        (fence("md snippets/fenced.md"), "1:7", "fence-too-short", "longer fence: `````"),
        (fence("text snippets/latin.txt"), "snippets/latin.txt:2:3", "not-utf-8", "0xe9"),
        (fence("python snippets/bad.py"), "snippets/bad.py:2:5", "python-syntax", ""),
        (fence("text snippets/odd/"), "1:9", "unprintable", ""),
        (fence("sh snippets/run.sh"), "snippets/run.sh:2:6", "client-syntax", "$ARGUMENTS"),
        (fence("python snippets/sql.py"), "snippets/sql.py:2:7", "client-syntax", "`$1`"),
        (fence("python snippets/sql.py#B"), "snippets/sql.py:2:7", "client-syntax", "`$1`"),
        (fence("text snippets/tree/"), "1:9", "client-syntax", "${CLAUDE_SKILL_DIR}"),
        ("<details>\n```python\n```\n", "2:1", "hidden-fence", "blank line"),
        ("<b>\n ~~~sh snippets/run.sh\n~~~\n", "2:2", "hidden-fence", "blank line"),
        (b"ok\na\xffb", "2:2", "not-utf-8", "0xff"),
    ],
)
def test_refused_with_its_place(
    refused: Refused, page: str | bytes, place: str, code: str, words: str
) -> None:
    """What is wrong is named with file, line, column and remedy; no page is written at all."""
    write = refused.project.write
    (refused.project.root / "snippets/link").symlink_to("/etc/hostname")
    (refused.project.root / "snippets/circle").symlink_to("circle")
    outside = write("elsewhere/secret", "x")
    (refused.project.root / "snippets/folder").symlink_to(outside.parent)
    write("snippets/fenced.md", "a\n````x\n")
    write("snippets/latin.txt", b"a\n\xc3\xa9 \xe9\n")
    write("snippets/bad.py", "x = 1\ny = = 2\n")
    write("snippets/odd/a\tb.txt", "")
    write("snippets/run.sh", "#!/bin/sh\necho $ARGUMENTS\n")
    write("snippets/sql.py", '"""Q."""\nB = " $1"\n\nC = 1\n')
    write("snippets/tree/a.py", '"""In ${CLAUDE_SKILL_DIR}."""\n')
    out = refused(page)
    where = place if place.startswith("snippets/") else f"SKILL.md:{place}"
    assert out.startswith(f"{where}: {code} ") or f"\n{where}: {code} " in out, out
    assert words in out
    assert out.count("\n") == 1


def test_only_shown_lines_count_for_client_syntax(project: Project) -> None:
    """A definition that is not shown may hold what the client would replace."""
    project.write("snippets/sql.py", 'A = "$1"\n\nB = 2\n')
    assert filled(project, "python snippets/sql.py#B") == "# sql.py\n\nB = 2\n"


@pytest.mark.parametrize(
    "text", ["```", "```\n", "```\n    ```", "```\n``", "- ```\n  ", "```\n~~~"]
)
def test_fence_without_end_is_seen(text: str) -> None:
    """A fence is closed only by what markdown takes for its end."""
    (found,) = find_fences(text)
    assert not found.closed
    assert found.end == len(text.removesuffix("\n").split("\n"))


def test_several_findings_come_at_once(refused: Refused) -> None:
    """All that is wrong is printed, in order of place."""
    out = refused(fence("python") + fence("text x") + fence("python snippets/app/db.py#no"))
    assert [line.split(": ")[0] for line in out.splitlines()] == [
        "SKILL.md:1:1",
        "SKILL.md:3:9",
        "SKILL.md:5:11",
    ]


def test_pages_that_are_no_files_are_refused(refused: Refused) -> None:
    """A link or a folder in the place of a page is refused."""
    (refused.project.root / "references").mkdir()
    (refused.project.root / "references/link.md").symlink_to("../SKILL.md")
    (refused.project.root / "references/folder.md").mkdir()
    out = refused("x\n")
    assert "references/folder.md:1:1: not-a-file " in out
    assert "references/link.md:1:1: not-a-file " in out


@pytest.mark.parametrize(
    ("allow", "lines"),
    [
        ("", ["snippets/Dockerfile:1:1: unshown"]),
        ('[tool.fastapi-pro.unshown]\n"snippets/Docker*" = "why"\n', []),
        (
            '[tool.fastapi-pro.unshown]\n"snippets/Docker*" = "why"\n"snippets/no/*" = "why"\n',
            ["pyproject.toml:3:1: idle-allowance"],
        ),
        (
            '[tool.fastapi-pro.unshown]\n"*" = "why"\n  "*/db.py" = "why"\n',
            ["pyproject.toml:3:3: idle-allowance"],
        ),
        ('[tool.fastapi-pro.unshown]\n"*" = " "\n', ["pyproject.toml:2:1: no-reason"]),
        ('[tool.fastapi-pro.unshown]\n"*" = 3\n', ["pyproject.toml:2:1: no-reason"]),
        ("[tool.fastapi-pro]\nunshown = 3\n", ["pyproject.toml:1:1: no-reason"]),
        ("tool = 3\n", ["pyproject.toml:1:1: bad-pyproject"]),
        ("[tool", ["pyproject.toml:1:1: bad-pyproject"]),
        (b"# ok\n\xff", ["pyproject.toml:2:1: not-utf-8"]),
    ],
)
def test_every_snippet_is_shown_or_excused(
    project: Project, capsys: pytest.CaptureFixture[str], allow: str | bytes, lines: list[str]
) -> None:
    """A snippet on no page is refused unless a glob with a reason covers it; no idle globs."""
    project.write("pyproject.toml", allow)
    project.write("snippets/.hidden", "")
    project.page(fence("python snippets/app/db.py#Repo") + fence("text snippets/"))
    assert project.build() == bool(lines)
    out = capsys.readouterr().out.splitlines()
    found = [line for line in out if not line.startswith("wrote")]
    assert [" ".join(line.split()[:2]) for line in found] == lines


def test_package_with_code_must_be_shown(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """An `__init__.py` is excused only while it holds nothing but a docstring."""
    project.write("pyproject.toml", "")
    project.write("snippets/app/__init__.py", '"""Doc."""\n\nX = 1\n')
    project.page(fence("python snippets/app/db.py") + fence("docker snippets/Dockerfile"))
    assert project.build() == 1
    assert capsys.readouterr().out.startswith("snippets/app/__init__.py:1:1: unshown ")


def test_unreadable_files_are_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be read ends the run with one line, not with a traceback."""

    def fail(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    project.page("x")
    monkeypatch.setattr(Path, "read_bytes", fail)
    assert project.build() == 1
    out = capsys.readouterr().out
    assert out.startswith("cannot read or write: ")
    assert "SKILL.md" in out
    assert out.count("\n") == 1


def test_deep_nesting_is_refused(refused: Refused) -> None:
    """Code too deep for the analysis is refused, whichever part meets the limit."""
    refused.project.write("snippets/sum.py", f"x = {'+'.join('1' * 400)}\n")
    refused.project.write("snippets/minus.py", f"x = {'-' * 100_000}1\n")
    out = refused(fence("python snippets/sum.py") + fence("python snippets/minus.py"))
    assert "snippets/sum.py:1:1: python-syntax too deeply nested" in out
    assert "snippets/minus.py:1:1: python-syntax " in out


def test_head_closes_the_pipe(project: Project) -> None:
    """`build.py --check | head -0` ends quietly."""
    project.page(fence("dockerfile snippets/Dockerfile"))
    command = [sys.executable, str(SCRIPT), "--root", str(project.root), "--check"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("options", [["--bogus"], ["--root", "/nowhere"], ["extra"]])
def test_wrong_use_exits_with_2(options: list[str]) -> None:
    """Wrong options and a root without a skill are told apart from findings."""
    with pytest.raises(SystemExit) as caught:
        build.main(options)
    assert caught.value.code == 2


def test_command(project: Project) -> None:
    """The script runs by itself, also where the terminal knows no box characters, and is quick."""
    project.page(fence("text snippets/app/"))
    for number in range(60):
        code = SNIPPETS["snippets/app/db.py"] * 3
        project.write(f"snippets/app/m{number}.py", code)
        page = project.root / f"references/p{number % 12}.md"
        old = page.read_text() if page.exists() else ""
        project.write(
            f"references/{page.name}", f"{old}{fence(f'python snippets/app/m{number}.py')}"
        )
    command = [sys.executable, str(SCRIPT), "--root", str(project.root)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    check = [*command, "--check"]
    drift = subprocess.run(check, capture_output=True, text=True, env=ascii_only, check=False)
    assert (drift.returncode, drift.stderr) == (1, "")
    assert "+\\u2514\\u2500\\u2500 " in drift.stdout
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    started = time.perf_counter()
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - started < 2  # 0.3 s on a quiet machine


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


@given(st.one_of(markdown, st.binary(max_size=60)))
@settings(max_examples=400, deadline=None)
def test_random_pages_are_filled_or_left(raw: bytes) -> None:
    """Whatever a page holds: no crash, nothing outside the fences changes, nor a refused page."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        project = Project(Path(folder))
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
