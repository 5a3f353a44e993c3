"""Which files are taken: ignored, foreign and linked ones."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastapi_pro.auditing.sources.exclusion import Watched, idle, is_left_out
from fastapi_pro.auditing.sources.gitignore import compile_patterns
from fastapi_pro.auditing.sources.walk import LEFT_ALONE, collect, display, project, rest_of_project
from fastapi_pro.paths import INSTALL_RECORD
from patience import patient


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def taken(root: Path, *named: str) -> list[str]:
    """Return what is taken below `root`, or of what is named, relative to it."""
    files, _ = collect([root / name for name in named] or [root])
    return [display(file, root) for file in files]


def troubles(root: Path) -> list[tuple[str, str]]:
    return [(display(Path(f.path), root), f.slug) for f in collect([root])[1]]


def test_python_files_are_taken_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.py", "a/y.pyc", "a.py", "c.txt", "a/b/c.py", ".hidden/x.py")
    assert taken(tmp_path) == [".hidden/x.py", "a.py", "a/b/c.py", "a/z.py", "b.py"]


def test_a_named_file_is_taken_whatever_its_name_and_only_once(tmp_path: Path) -> None:
    write(tmp_path, "script", ".venv/pyvenv.cfg", ".venv/x.py", ".git/HEAD")
    (tmp_path / ".gitignore").write_text("script\n")
    named = ["script", ".venv/x.py", ".", "./script"]
    assert taken(tmp_path, *named) == [".venv/x.py", "script"]


@pytest.mark.parametrize("name", sorted(LEFT_ALONE))
def test_a_foreign_folder_is_left_alone_unless_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, "x.py", f"a/{name}/x.py")
    assert taken(tmp_path) == ["x.py"]
    assert taken(tmp_path, f"a/{name}") == [f"a/{name}/x.py"]


@pytest.mark.parametrize("name", [".venv", "venv", "env", "py311"])
def test_a_virtual_environment_is_known_by_its_configuration(tmp_path: Path, name: str) -> None:
    write(tmp_path, f"{name}/x.py")
    assert taken(tmp_path) == [f"{name}/x.py"]
    write(tmp_path, f"{name}/pyvenv.cfg")
    assert taken(tmp_path) == []
    assert taken(tmp_path, name) == [f"{name}/x.py"]


def test_only_the_build_folder_of_setuptools_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "build/x.py")
    assert taken(tmp_path) == ["build/x.py"]
    write(tmp_path, "build/lib/y.py")
    assert taken(tmp_path) == []


def test_ignore_files_of_every_level_hold_below_themselves(tmp_path: Path) -> None:
    write(tmp_path, ".git/info/exclude", "gen/x.py", "a/gen.py", "a/b/keep.py", "a/b/c.py", "c.py")
    write(tmp_path, "local.py")
    (tmp_path / ".git/info/exclude").write_text("local.py\n")
    (tmp_path / ".gitignore").write_text("gen/\na/b/*\n")
    (tmp_path / "a/.gitignore").write_text("gen.py\n!/b/keep.py\n")
    assert taken(tmp_path) == ["a/b/keep.py", "c.py"]


def test_ignore_files_above_the_named_folder_hold_up_to_the_top(tmp_path: Path) -> None:
    write(tmp_path, "repo/.git/HEAD", "repo/app/core/x.py", "repo/app/core/y.py")
    write(tmp_path, "repo/app/core/z.py")
    (tmp_path / ".gitignore").write_text("x.py\n")
    (tmp_path / "repo/.gitignore").write_text("y.py\n")
    (tmp_path / "repo/app/.gitignore").write_text("/core/z.py\n")
    assert taken(tmp_path / "repo" / "app" / "core") == ["x.py"]


def test_outside_a_repository_ignore_files_above_the_named_folder_do_not_hold(
    tmp_path: Path,
) -> None:
    write(tmp_path, "app/x.py", "app/y.py")
    (tmp_path / ".gitignore").write_text("x.py\n")
    (tmp_path / "app" / ".gitignore").write_text("y.py\n")
    assert taken(tmp_path / "app") == ["x.py"]


def test_a_file_brought_back_below_an_ignored_folder_stays_ignored(tmp_path: Path) -> None:
    write(tmp_path, "gen/x.py")
    (tmp_path / ".gitignore").write_text("gen/\n!gen/x.py\n")
    assert taken(tmp_path) == []


def test_a_linked_work_tree_has_the_excludes_of_its_repository(tmp_path: Path) -> None:
    options = ("user.name=x", "user.email=x@example.com", "commit.gpgSign=false")
    git = ["git", *(word for o in options for word in ("-c", o)), "-C", tmp_path / "main"]
    write(tmp_path, "main/x.py")
    subprocess.run(["git", "init", "-q", tmp_path / "main"], check=True)
    subprocess.run([*git, "add", "x.py"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    subprocess.run([*git, "worktree", "add", "-q", tmp_path / "side"], check=True)
    write(tmp_path, "side/local.py")
    assert taken(tmp_path / "side") == ["local.py", "x.py"]
    (tmp_path / "main/.git/info/exclude").write_text("local.py\n")
    assert taken(tmp_path / "side") == ["x.py"]


@pytest.mark.parametrize("name", ["tools/skill", ".github/skills/fastapi-pro"])
def test_an_installed_skill_is_left_alone_unless_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, "x.py", f"{name}/SKILL.md", f"{name}/snippets/rules/bad.py")
    assert taken(tmp_path) == [f"{name}/snippets/rules/bad.py", "x.py"]
    write(tmp_path, f"{name}/{INSTALL_RECORD}")
    assert taken(tmp_path) == ["x.py"]
    assert taken(tmp_path, name) == [f"{name}/snippets/rules/bad.py"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["tests"], []),
        (["/a", "b/*.py"], []),
        (["nowhere", "tests", "/b"], ["nowhere"]),
        (["tests", "test*", "*.py", "!/a/x.py"], []),
        ([".venv", "gen"], []),
        (["# a comment", ""], []),
        (["*.txt", "a/b"], ["*.txt", "a/b"]),
    ],
)
def test_excluded_patterns_know_whether_they_match(
    tmp_path: Path, lines: list[str], expected: list[str]
) -> None:
    write(tmp_path, "a/x.py", "b/y.py", "tests/x.py", ".venv/pyvenv.cfg", "gen/x.py", "c.txt")
    write(tmp_path, ".git/HEAD")
    (tmp_path / ".gitignore").write_text("gen\n")
    exclude = [Watched(lines, tmp_path), Watched(lines, tmp_path / "elsewhere")]
    collect([tmp_path], exclude)
    assert idle(exclude) == expected


def test_a_file_that_is_not_python_is_left_out_with_its_folder(tmp_path: Path) -> None:
    exclude = [Watched(["deploy/", "/Dockerfile*"], tmp_path)]
    for name, expected in (
        ("deploy/x/compose.yaml", True),
        ("Dockerfile.dev", True),
        ("a/Dockerfile", False),
        ("deploy", False),
    ):
        assert is_left_out(tmp_path / name, exclude) is expected


def test_excluded_patterns_leave_out_more(tmp_path: Path) -> None:
    write(tmp_path, "a/x.py", "a/b/y.py", "b/z.py")
    patterns = compile_patterns(b"/b\n*x.py\n", os.fsencode(tmp_path))
    assert patterns is not None
    assert [f.name for f in collect([tmp_path], [patterns])[0]] == ["y.py"]


def test_a_link_in_a_circle_is_told_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "a/b/x.py", "z.py")
    (tmp_path / "a/b/up").symlink_to(tmp_path / "a")
    (tmp_path / "self.py").symlink_to("self.py")
    assert taken(tmp_path) == ["a/b/x.py", "z.py"]
    assert troubles(tmp_path) == [("a/b/up", "unreadable"), ("self.py", "unreadable")]


def test_what_a_link_leads_to_is_taken_once(tmp_path: Path) -> None:
    write(tmp_path, "out/x.py", "out/y.py", "in/z.py", "in/sub/w.py")
    top = tmp_path / "in"
    (top / "a").symlink_to(tmp_path / "out")
    (top / "b").symlink_to(tmp_path / "out")
    (top / "c.py").symlink_to(tmp_path / "out/y.py")
    (top / "d.py").symlink_to("z.py")
    (top / "e").symlink_to("sub")
    (top / "lost.py").symlink_to("nowhere.py")
    assert taken(top) == ["a/x.py", "a/y.py", "sub/w.py", "z.py"]
    assert troubles(top) == []


def test_folders_elsewhere_that_link_to_each_other_are_searched_once(tmp_path: Path) -> None:
    write(tmp_path, "a/x.py", "b/y.py")
    (tmp_path / "a" / "to_b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "to_a").symlink_to(tmp_path / "a")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "a")
    assert taken(tmp_path / "in") == ["link/to_b/y.py", "link/x.py"]


def test_a_link_does_not_lead_around_what_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "in/.git/HEAD", "in/gen/x.py", "in/x.py", "lib/site-packages/pkg/y.py")
    top = tmp_path / "in"
    (top / ".gitignore").write_text("/gen\n")
    (top / "generated").symlink_to("gen")
    (top / "one.py").symlink_to("gen/x.py")
    (top / "pkg").symlink_to(tmp_path / "lib/site-packages/pkg")
    assert taken(top) == ["x.py"]


def test_a_pipe_named_like_a_module_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.py").symlink_to("pipe")
    assert taken(tmp_path) == []


def test_a_folder_that_cannot_be_listed_gets_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "secret/x.py", "y.py")
    listing = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert taken(tmp_path) == ["y.py"]
    assert troubles(tmp_path) == [("secret", "unreadable")]


@pytest.mark.slow
def test_twenty_thousand_files_are_found_in_seconds(tmp_path: Path) -> None:
    for number in range(200):
        folder = tmp_path / f"a{number % 10}" / f"b{number}"
        folder.mkdir(parents=True)
        for name in range(100):
            os.mknod(folder / f"m{name}.py")
    (tmp_path / ".gitignore").write_text("".join(f"*.x{n}\n/doc{n}/**/y\n" for n in range(40)))
    started = time.perf_counter()
    assert len(collect([tmp_path])[0]) == 20_000
    assert time.perf_counter() - started < patient(5)  # 0.1 on an idle machine


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.py", "setup.cfg", ".git/HEAD"])
def test_the_project_is_the_nearest_marked_folder(marker: str, tmp_path: Path) -> None:
    outer, inner = tmp_path / "repository", tmp_path / "repository" / "service"
    file = inner / "app" / "main.py"
    for path in (outer / "pyproject.toml", inner / marker, file):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert project([file]) == inner
    assert project([inner / "app"]) == inner
    assert project([file, outer]) == outer


def test_without_a_marker_the_project_is_what_holds_all_paths(tmp_path: Path) -> None:
    for name in ("a/x.py", "b/y.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    assert project([tmp_path / "a" / "x.py"]) == tmp_path / "a"
    assert project([tmp_path / "a", tmp_path / "b" / "y.py"]) == tmp_path


def test_requirements_mark_a_project_that_nothing_else_marks(tmp_path: Path) -> None:
    file = tmp_path / "service" / "app" / "main.py"
    file.parent.mkdir(parents=True)
    for path in (file, tmp_path / "service" / "requirements.txt"):
        path.write_text("")
    assert project([file]) == tmp_path / "service"
    (tmp_path / "setup.py").write_text("")
    assert project([file]) == tmp_path


def test_a_file_of_an_unmarked_folder_has_what_it_may_belong_to_around(tmp_path: Path) -> None:
    names = (
        "main.py", "beside.py", "db/x/tables.py", "other/y.py", "pack/__init__.py",
        "pack/api/__init__.py", "pack/api/users.py", "pack/core.py", "pack/docs/z.py",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "main.py").write_text("import os\nfrom db.x import tables\n")

    def around(*named: str) -> list[str]:
        rest = rest_of_project([tmp_path / name for name in named])
        return [path.relative_to(tmp_path).as_posix() for path in rest]

    assert around("main.py") == ["beside.py", "db/x/tables.py", "main.py"]
    assert project([tmp_path / "pack" / "api" / "users.py"]) == tmp_path
    assert around("pack/api/users.py") == [
        "beside.py", "main.py", "pack/__init__.py", "pack/api/__init__.py", "pack/api/users.py",
        "pack/core.py", "pack/docs/z.py",
    ]  # fmt: skip
    assert around("other/y.py") == ["other/y.py"]
    assert around("other", "main.py") == ["beside.py", "db/x/tables.py", "main.py"]
    (tmp_path / "db" / "setup.py").write_text("")
    assert around("other/y.py", "db/x/tables.py") == ["db/setup.py", "db/x/tables.py", "other/y.py"]
