"""The command: options, exit codes, and what is written where."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fastapi_pro.auditing import runner
from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.catalogue import catalogue
from fastapi_pro.cli import audit
from fastapi_pro.rulebook import folder_name, page
from tests.audit.repository import refused
from tests.support.forbidden import forbid

ROOT = Path(__file__).parents[2]
ONE, TWO = "commit-after-response", "unbounded-page"
Runner = Callable[[Sequence[Path], Path, int], list[Finding]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with two files; the runner finds ONE or TWO in the lines that say so."""

    def find(
        files: Sequence[Path],
        root: Path,
        jobs: int,
        context: Sequence[Path] = (),
        *_: object,
        **__: object,
    ) -> list[Finding]:
        return [
            Finding(str(file), number, 1, slug, f"{slug} it is")
            for file in files
            for number, line in enumerate(file.read_text().splitlines(), 1)
            for word, slug in (("one()", ONE), ("two()", TWO))
            if word in line
        ]

    monkeypatch.setattr(runner, "run", find)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "x.py").write_text("one()\n")
    (tmp_path / "y.py").write_text("two()\none()\n")
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[tuple[str, int, str]]:
    """Return path, line and slug of what the command prints, whose exit code must agree."""
    code = audit.main(["--format", "json", *arguments])
    items = json.loads(capsys.readouterr().out)
    assert code == bool(items)
    return [(item["path"], item["line"], item["slug"]) for item in items]


def test_findings_are_printed_in_order_and_summed_up(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main([]) == 1
    captured = capsys.readouterr()
    parts = [part.splitlines() for part in captured.out.split("\n\n")]
    assert [part[0] for part in parts] == [
        "It does not start, ordinary requests fail, or data is lost or wrong",
        "A stranger can read, forge or exhaust what is not theirs",
        "Found: 2 high, 1 medium; 3 places in 2 lines, --all prints each",
    ]
    assert parts[0][1:3] == [
        f"app/x.py:1:1: {ONE} [high] {ONE} it is",
        "    2 places: here, y.py:2",
    ]
    assert parts[1][1] == f"y.py:1:1: {TWO} [{catalogue()[TWO].severity}] {TWO} it is"
    assert all(part[-2].startswith("    fix: ") for part in parts[:2])
    assert parts[2][1] == "Read: 2 Python files"
    assert captured.err.startswith("3 findings in 2 files of 2; ")


def test_nothing_found_is_exit_code_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "y.py").write_text("")
    assert audit.main(["y.py"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Found: nothing\nRead: 1 Python file\n")
    assert captured.err.startswith("no findings in 1 file; ")


def test_the_summary_has_the_questions_that_no_code_answers(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unseen = [entry for entry in catalogue().values() if entry.unseen]
    words = [word for entry in unseen for word in entry.ask_where[:1]]
    assert words
    (project / "z.py").write_text("\n".join(f"# {word}" for word in words))
    audit.main([])
    out = capsys.readouterr().out
    assert all(f"    {entry.slug}: {entry.ask}\n" in out for entry in unseen)
    audit.main(["--select", ONE])
    assert unseen[0].ask not in capsys.readouterr().out


def test_a_question_is_asked_only_of_code_that_it_may_be_about(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.main([])
    assert "gunicorn-timeout" not in capsys.readouterr().out
    (project / "Dockerfile").write_text("FROM python:3.13\nCMD gunicorn app.x:app\n")
    audit.main([])
    assert "    gunicorn-timeout: Which awaits" in capsys.readouterr().out


def test_all_gives_each_finding_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "y.py").write_text("one()\n" * 9)
    audit.main(["y.py"])
    out = capsys.readouterr().out
    assert out.count(f": {ONE} [high]") == 1
    assert "    9 places: here, line 2, line 3 and 6 more (--all prints each)\n" in out
    assert "Found: 9 high; 9 places in 1 line, --all prints each\n" in out
    audit.main(["y.py", "--all"])
    out = capsys.readouterr().out
    assert out.count(f": {ONE} [high]") == 9
    assert "Found: 9 high\n" in out
    assert len(found(capsys, "y.py")) == 9


def test_files_that_are_not_read_are_counted(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: object, **__: object) -> list[Finding]:
        return [
            Finding(f"{project}/{name}.py", 1, 1, "unreadable", f"no: {name}", cause="no")
            for name in ("x", "y")
        ]

    monkeypatch.setattr(runner, "run", find)
    audit.main([])
    out = capsys.readouterr().out
    assert "Read: 2 Python files; not read, so not audited: 2 (no)\n" in out


def test_what_cannot_be_read_counts_among_the_files(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "circle.py").symlink_to("circle.py")
    assert audit.main([]) == 1
    captured = capsys.readouterr()
    assert "fix: Remove the link, or `--exclude` it" in captured.out
    assert captured.err.startswith("4 findings in 3 files of 3;")


def test_files_that_are_not_python_are_counted_as_such(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "run", lambda *_, **__: [])
    project.joinpath("Dockerfile").write_text("FROM python\n")
    project.joinpath("run.sh").write_text("uvicorn app:app\n")
    audit.main([])
    assert "Read: 2 Python files, 2 deploy files\n" in capsys.readouterr().out


def test_paths_are_relative_below_the_current_folder_and_absolute_elsewhere(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "app")
    paths = [path for path, _, _ in found(capsys, "..")]
    assert paths == [f"{project.as_posix()}/y.py", f"{project.as_posix()}/y.py", "x.py"]


def test_files_and_folders_may_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, "app") == found(capsys, "app/x.py") == [("app/x.py", 1, ONE)]


@pytest.mark.parametrize(
    ("arguments", "slugs"),
    [
        (["--select", ONE], {ONE}),
        (["--select", f"{ONE}, {TWO}"], {ONE, TWO}),
        (["--select", ONE, "--select", TWO], {ONE, TWO}),
        (["--ignore", ONE], {TWO}),
        (["--select", f"{ONE},{TWO}", "--ignore", TWO], {ONE}),
        (["--ignore", f"{ONE},{TWO}"], set()),
    ],
)
def test_rules_are_selected_and_ignored(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], slugs: set[str]
) -> None:
    assert {slug for _, _, slug in found(capsys, *arguments)} == slugs


def test_the_command_line_wins_over_the_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = f'select = ["{ONE}"]\nexclude = ["/app"]\nformat = "github"\n'
    (project / "pyproject.toml").write_text(f"[tool.fastapi-pro]\n{settings}")
    assert found(capsys) == [("y.py", 2, ONE)]
    assert found(capsys, "--select", TWO) == [("y.py", 1, TWO)]
    assert found(capsys, "--exclude", "y.py") == [("app/x.py", 1, ONE)]
    assert audit.main([]) == 1
    assert capsys.readouterr().out.startswith("::error file=y.py")


def test_a_rule_selected_here_is_reported_though_the_file_ignores_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(f'[tool.fastapi-pro]\nignore = ["{TWO}"]\n')
    assert {slug for _, _, slug in found(capsys)} == {ONE}
    assert found(capsys, "--select", TWO) == [("y.py", 1, TWO)]


def test_patterns_of_the_file_are_relative_to_it(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[tool.fastapi-pro]\nexclude = ["/x.py", "/y.py"]\n')
    monkeypatch.chdir(project / "app")
    assert found(capsys) == [("x.py", 1, ONE)]
    assert found(capsys, "..") == [("x.py", 1, ONE)]
    assert found(capsys, "..", "--exclude", "/x.py") == [
        (f"{project.as_posix()}/y.py", 1, TWO),
        (f"{project.as_posix()}/y.py", 2, ONE),
    ]


@pytest.mark.parametrize("pattern", ["app/x.py", "/app", "app", "x.py"])
@pytest.mark.parametrize("folder", [".", "app", "..", "/"])
def test_a_pattern_means_the_same_from_every_folder(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    pattern: str,
    folder: str,
) -> None:
    monkeypatch.chdir(folder)
    audit.main([str(project), "--exclude", pattern, "--format", "json"])
    captured = capsys.readouterr()
    assert {Path(item["path"]).name for item in json.loads(captured.out)} == {"y.py"}
    assert "matches" not in captured.err


def test_a_pattern_that_matches_nothing_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text('[tool.fastapi-pro]\nexclude = ["old"]\n')
    assert audit.main(["--exclude", "app", "--exclude", "ap/x.py"]) == 1
    err = capsys.readouterr().err
    assert "--exclude 'ap/x.py' matches no file and no folder\n" in err
    assert err.count("matches") == 1
    audit.main([])  # those of the file hold for other runs, too
    assert "matches" not in capsys.readouterr().err


def test_a_finding_elsewhere_is_excluded_too(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        runner, "run", lambda *_, **__: [Finding(f"{project}/deploy/Dockerfile", 1, 1, ONE, "m")]
    )
    assert found(capsys) == [("deploy/Dockerfile", 1, ONE)]
    assert found(capsys, "--exclude", "deploy") == []


def test_an_installed_skill_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "service"
    shutil.copytree(ROOT / "docs" / "example", folder)

    def report() -> str:
        command = [sys.executable, ROOT / "scripts" / "audit.py", "--format", "json", folder]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    conftest = """\
import pytest
from httpx import ASGITransport, AsyncClient
from shop import app
@pytest.fixture
async def client():
    async with AsyncClient(transport=ASGITransport(app), base_url="http://x") as client:
        yield client
"""
    (folder / "conftest.py").write_text(conftest)
    before = report()
    assert json.loads(before)
    install = [sys.executable, ROOT / "scripts" / "install.py", "--project", folder, "--agents"]
    subprocess.run(install, check=True, capture_output=True)
    assert (folder / ".claude" / "skills" / "fastapi-pro" / "snippets" / "rules").is_dir()
    assert report() == before


def test_a_folder_without_python_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert audit.main(["docs"]) == 0
    out, told = capsys.readouterr()
    assert told.startswith("docs: no Python file to audit\n")
    assert "ask" not in out
    (tmp_path / "docs" / "conf.py").write_text("")
    assert audit.main(["docs"]) == 0
    assert "there is no" not in capsys.readouterr().err


def test_a_named_file_that_cannot_be_parsed_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text("def f(:\n")
    assert found(capsys, "broken.py") == [("broken.py", 1, "unreadable")]


def test_one_file_is_understood_with_the_rest_of_its_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[Path], Path, list[Path]]] = []

    def note(
        files: Sequence[Path],
        root: Path,
        jobs: int,
        context: Sequence[Path] = (),
        *_: object,
        **__: object,
    ) -> list[Finding]:
        asked.append((list(files), root, list(context)))
        return []

    monkeypatch.setattr(runner, "run", note)
    (project / "pyproject.toml").write_text("")
    everything = sorted(project.rglob("*.py"))
    audit.main(["y.py"])
    audit.main(["."])
    assert asked == [([project / "y.py"], project, everything), (everything, project, [])]


def test_the_examples_of_what_is_named_matter_less(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who names the examples themselves wants to know of them."""
    examples = ("docs/how.py", "pkg/examples/deep/usage.py", "archive/main.py")
    for name in (*examples, "app/example.py", "app/archive/api.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("one()\n")

    def severities(*named: str) -> dict[str, str]:
        audit.main(["--format", "json", *named])
        return {f["path"]: f["severity"] for f in json.loads(capsys.readouterr().out)}

    whole = severities(".")
    assert {whole[name] for name in examples} == {"low"}
    assert whole["app/example.py"] == whole["app/archive/api.py"] == whole["app/x.py"] == "high"
    assert severities("docs", "pkg/examples/deep") == {
        "docs/how.py": "high", "pkg/examples/deep/usage.py": "high",
    }  # fmt: skip
    assert severities("pkg/examples/deep/usage.py") == {"pkg/examples/deep/usage.py": "high"}


@pytest.mark.parametrize(("given", "expected"), [([], 3), (["--jobs", "7"], 7)])
def test_the_number_of_processes_is_handed_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], expected: int
) -> None:
    asked: list[int] = []

    def note(
        files: Sequence[Path],
        root: Path,
        jobs: int,
        context: Sequence[Path] = (),
        *_: object,
        **__: object,
    ) -> list[Finding]:
        asked.append(jobs)
        return []

    monkeypatch.setattr(runner, "run", note)
    (project / "pyproject.toml").write_text("[tool.fastapi-pro]\njobs = 3\n")
    assert audit.main(given) == 0
    assert asked == [expected]


def test_ignored_findings_are_not_reported_and_ignores_in_vain_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "y.py").write_text(
        f"two()  # fastapi-pro: ignore[{TWO}] an admin page\nx()  # fastapi-pro: ignore[{ONE}] z\n"
    )
    assert found(capsys, "y.py") == [("y.py", 2, "unused-ignore")]
    assert found(capsys, "y.py", "--select", TWO) == []
    assert found(capsys, "y.py", "--ignore", "unused-ignore") == []


def test_a_baseline_hides_what_it_knows_until_it_is_fixed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(["--write-baseline", "known.json"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "3 findings written to known.json\n"
    assert audit.main(["--baseline", "known.json"]) == 0
    assert "fixed" not in capsys.readouterr().err
    (project / "y.py").write_text("\none() or two()\n")
    assert audit.main(["--baseline", "known.json"]) == 1
    captured = capsys.readouterr()
    assert "y.py:2:1" in captured.out
    assert "2 entries of the baseline are fixed: rewrite it with --write-baseline" in captured.err
    assert audit.main(["--baseline", "known.json", "app"]) == 0  # y.py was not looked at
    assert "fixed" not in capsys.readouterr().err


def test_the_baseline_of_the_file_is_relative_to_it(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert audit.main(["--write-baseline", "known.json"]) == 0
    (project / "pyproject.toml").write_text('[tool.fastapi-pro]\nbaseline = "known.json"\n')
    monkeypatch.chdir(project / "app")
    capsys.readouterr()
    assert found(capsys, "..") == []


@pytest.mark.parametrize(
    ("severity", "failing"),
    [("high", {"low", "medium", "high"}), ("medium", {"low", "medium"}), ("low", {"low"})],
)
def test_the_exit_code_may_be_that_of_upper_severities(
    project: Path, monkeypatch: pytest.MonkeyPatch, severity: str, failing: set[str]
) -> None:
    found_now = [Finding(f"{project}/y.py", 1, 1, ONE, "m", severity)]
    monkeypatch.setattr(runner, "run", lambda *_, **__: found_now)
    codes = {limit: audit.main(["--fail-on", limit]) for limit in ("low", "medium", "high")}
    assert codes == {limit: int(limit in failing) for limit in codes}
    assert audit.main(["--fail-on", "never"]) == 0
    assert audit.main([]) == 1


def test_reports_in_other_formats_go_to_files(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ("--report", "json=of it.json", "--report", "text=of it.txt")
    assert audit.main(["--format", "github", *files]) == 1
    assert capsys.readouterr().out.count("::error file=") == 2
    assert len(json.loads((project / "of it.json").read_text())) == 3
    assert (project / "of it.txt").read_text().startswith("It does not start")
    (project / "y.py").write_text("")
    assert audit.main(["y.py", *files]) == 0
    assert json.loads((project / "of it.json").read_text()) == []


def test_a_rule_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for slug in (ONE, "unreadable", "unused-ignore"):
        assert audit.main(["--explain", slug]) == 0
        assert capsys.readouterr().out == page(slug)


def test_every_slug_is_listed_with_why_code_cannot_show_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert audit.main(["--list"]) == 0
    out = capsys.readouterr().out
    for entry in catalogue().values():
        assert f"{entry.slug} [{entry.severity}] {entry.title}\n" in out
        assert entry.unseen in out
    assert out.count("not shown by code") == sum(bool(e.unseen) for e in catalogue().values())


def test_a_rule_that_no_code_shows_cannot_be_selected(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = catalogue()
    slug, entry = next(item for item in entries.items() if item[1].unseen)
    assert entry.unseen in refused(capsys, "--select", slug)
    monkeypatch.setattr(audit, "catalogue", lambda: entries)
    assert audit.main(["--ignore", slug]) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--explain", "commit-after-respons"], f"did you mean {ONE}"),
        (["--select", f"{ONE},commit-after-respons"], f"did you mean {ONE}"),
        (["--ignore", "nonsense-\x1b[31m"], "there is no rule"),
        (["--select", "qqqq"], "there is no rule 'qqqq'; --list prints all"),
        (["--select", ","], "need the slug of a rule"),
        (["nowhere"], "nowhere: no such file or folder"),
        (["app", "lost.py"], "lost.py: no such file or folder"),
        (["/dev/null"], "/dev/null: neither a file nor a folder"),
        (["lost_link.py"], "lost_link.py: a link that leads nowhere"),
        (["--jobs", "0"], "a whole number above 0"),
        (["--format", "xml"], "invalid choice"),
        (["--report", "sarif"], "is not FORMAT=FILE, with FORMAT one of text, json"),
        (["--report", "xml=x"], "is not FORMAT=FILE"),
        (["--report", "json=nowhere/x.json"], "nowhere/x.json: No such file or directory"),
        (["--baseline", "nowhere.json"], "nowhere.json: no such file"),
        (["--baseline", "y.py"], "y.py:1: not JSON"),
        (["--write-baseline", "nowhere/known.json"], "No such file or directory"),
        (["--write-baseline", "app"], "app: "),
        (["--no-such-option"], "unrecognized arguments"),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    (project / "lost_link.py").symlink_to("nowhere.py")
    message = refused(capsys, *arguments)
    assert says in message
    assert "\x1b" not in message


def test_a_named_path_that_may_not_be_read_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "closed").mkdir()
    (project / "closed" / "x.py").write_text("one()\n")
    forbid(project / "closed", monkeypatch)
    assert found(capsys, "closed") == [("closed", 1, "unreadable")]
    told = "closed/x.py: Permission denied; let the user who runs the audit read it\n"
    assert refused(capsys, "closed/x.py").endswith(told)


def test_a_wrong_file_of_options_is_told_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text("[tool.fastapi-pro]\n\nselec = []\n")
    message = refused(capsys)
    assert f"{project / 'pyproject.toml'}:3: unknown key 'selec'; did you mean select" in message


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return time and content of every file below a folder."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the skill, and beside it a small tree to audit."""
    leave = shutil.ignore_patterns("__pycache__")
    for part in ("fastapi_pro", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / "skill" / part, ignore=leave)
    rules = Path("snippets", "rules")
    shutil.copytree(ROOT / rules, tmp_path / "skill" / rules, ignore=leave)
    (tmp_path / "tree").mkdir()
    shutil.copy(ROOT / rules / folder_name(ONE) / "bad.py", tmp_path / "tree" / "bad.py")
    (tmp_path / "tree" / "broken.py").write_text("import fastapi\n(\n")
    (tmp_path / "tree" / "loop.py").symlink_to("loop.py")
    return tmp_path


def command(
    installed: Path, *arguments: str, flags: tuple[str, ...] = ("-I", "-S")
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | dict.fromkeys(
        ("XDG_CACHE_HOME", "LOCALAPPDATA"), str(installed / "cache")
    )
    return subprocess.run(
        [sys.executable, *flags, installed / "skill" / "scripts" / "audit.py", *arguments],
        cwd=installed / "tree",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_installed_command_needs_only_the_standard_library_and_writes_only_its_cache(
    installed: Path,
) -> None:
    cache = installed / "cache"
    before = snapshot(installed)
    done = command(installed, "--format", "json")
    assert done.returncode == 1, done.stderr
    places = {(item["path"], item["slug"]) for item in json.loads(done.stdout)}
    assert places >= {("bad.py", ONE), ("broken.py", "unreadable"), ("loop.py", "unreadable")}
    assert command(installed, "--format", "json").stdout == done.stdout
    assert command(installed, flags=()).returncode == 1
    kept = {path for path in cache.rglob("*") if path.is_file()}
    assert {path.suffix for path in kept} == {".pyc", ".json"}
    assert {path.name.partition(".")[0] for path in kept} >= {"runner", "detector"}
    shutil.rmtree(cache)
    assert snapshot(installed) == before


def test_no_cache_is_written_where_the_user_wants_none(installed: Path) -> None:
    before = snapshot(installed)
    assert command(installed, "--no-cache").returncode == 1
    assert snapshot(installed) == before


def test_no_compiled_module_is_written_where_the_user_wants_none(installed: Path) -> None:
    before = snapshot(installed)
    assert command(installed, flags=("-B",)).returncode == 1
    new = [Path(path) for path in snapshot(installed).keys() - before.keys()]
    assert [path.suffix for path in new if path.is_file()] == [".json"]


def test_a_cache_that_cannot_be_written_is_no_error(installed: Path) -> None:
    (installed / "cache").write_text("no folder")
    done = command(installed)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.slow
def test_what_is_compiled_anew_is_what_the_source_says(installed: Path) -> None:
    assert ONE in command(installed).stdout
    detector = installed / "skill" / "snippets" / "rules" / folder_name(ONE) / "detector.py"
    was = detector.stat()
    detector.write_text("def detect(program):\n    return iter(())\n".ljust(was.st_size, "#"))
    os.utime(detector, ns=(was.st_atime_ns, was.st_mtime_ns))  # as a packed skill's, all of 1980
    assert detector.stat().st_size == was.st_size
    assert f": {ONE} " not in command(installed).stdout


def test_no_cache_lies_in_the_project(installed: Path) -> None:
    (installed / "cache").symlink_to("tree", target_is_directory=True)
    before = snapshot(installed)
    assert command(installed).returncode == 1
    assert snapshot(installed) == before


@pytest.mark.slow
def test_only_the_named_baseline_is_written(installed: Path) -> None:
    before = snapshot(installed)
    written = command(installed, "--write-baseline", "known.json", "--no-cache")
    assert written.returncode == 0
    known = installed / "tree" / "known.json"
    assert set(snapshot(installed)) - set(before) == {str(known)}
    assert command(installed, "--baseline", "known.json").returncode == 0


def test_a_reader_that_left_is_no_traceback(installed: Path) -> None:
    script = installed / "skill" / "scripts" / "audit.py"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, script, "--list", "--no-cache"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (KeyboardInterrupt(), (130, "")),
        (ZeroDivisionError("oops\n"), (2, "audit.py: internal error, please report it: Zero")),
    ],
)
def test_an_interruption_or_a_fault_of_ours_is_no_traceback(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    result: tuple[int, str],
) -> None:
    def fail(*_: object, **__: object) -> list[Finding]:
        raise error

    monkeypatch.setattr(runner, "run", fail)
    monkeypatch.setattr(sys, "argv", ["audit.py"])
    code = audit.run()
    message = capsys.readouterr().err
    assert (code, message[:48]) == result
    assert message.count("\n") < 2


def test_a_skill_that_is_not_whole_is_told(installed: Path) -> None:
    (installed / "skill" / "snippets" / "rules" / folder_name(ONE) / "rule.md").unlink()
    done = command(installed)
    assert done.returncode == 2
    assert "the rule lacks this file" in done.stderr
    shutil.rmtree(installed / "skill" / "snippets")
    done = command(installed)
    assert done.returncode == 2
    assert "the rules cannot be read" in done.stderr
