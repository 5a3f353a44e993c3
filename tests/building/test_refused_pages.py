"""What build.py refuses: where it says so, and that no page changes."""

import pytest

from tests.building.small_repository import Refused, SmallRepository, fence


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
    out = refused(page)
    where = place if place.startswith("snippets/") else f"SKILL.md:{place}"
    assert out.startswith(f"{where}: {code} ") or f"\n{where}: {code} " in out, out
    assert words in out
    assert out.count("\n") == 1


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


def test_deep_nesting_is_refused(refused: Refused) -> None:
    """Code too deep for the analysis is refused, whichever part meets the limit."""
    refused.project.write("snippets/sum.py", f"x = {'+'.join('1' * 400)}\n")
    refused.project.write("snippets/minus.py", f"x = {'-' * 100_000}1\n")
    out = refused(fence("python snippets/sum.py") + fence("python snippets/minus.py"))
    assert "snippets/sum.py:1:1: python-syntax too deeply nested" in out
    assert "snippets/minus.py:1:1: python-syntax " in out


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
    project: SmallRepository,
    capsys: pytest.CaptureFixture[str],
    allow: str | bytes,
    lines: list[str],
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
    project: SmallRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """An `__init__.py` is excused only while it holds nothing but a docstring."""
    project.write("pyproject.toml", "")
    project.write("snippets/app/__init__.py", '"""Doc."""\n\nX = 1\n')
    project.page(fence("python snippets/app/db.py") + fence("docker snippets/Dockerfile"))
    assert project.build() == 1
    assert capsys.readouterr().out.startswith("snippets/app/__init__.py:1:1: unshown ")
