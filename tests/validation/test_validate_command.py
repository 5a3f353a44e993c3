"""validate.py as a command: which skills it takes, its formats, its exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastapi_pro.cli import validate
from fastapi_pro.paths import ROOT
from tests.support.forbidden import forbid
from tests.validation.demo_skill import GOOD, found, skill, told

SCRIPT = ROOT / "scripts" / "validate.py"


def test_every_skill_below_a_folder_is_found_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folders of skills are walked; links in circles, git and virtual environments are not."""
    for name in ("one", ".claude/skills/two", ".venv/three", ".git/four", "node_modules/five"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text(f"---\nname: {folder.name}\ndescription: d\n---\n")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert validate.main([str(tmp_path)]) == 0
    assert "skills: 2," in capsys.readouterr().err


@pytest.mark.parametrize(
    ("beside", "count"),
    [("skills/two", 2), (".claude/skills/two", 2), ("examples/two", 1)],
)
def test_a_skill_may_have_others_below_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: str, count: int
) -> None:
    """A repository may be a skill and hold others; what else is in a skill belongs to it."""
    for folder in (tmp_path, tmp_path / beside):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "SKILL.md").write_text(f"---\nname: {folder.name}\ndescription: d\n---\nText.\n")
    assert validate.main([str(tmp_path)]) == 0
    assert f"skills: {count}," in capsys.readouterr().err


def test_several_arguments_of_every_kind_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder, a SKILL.md and the same skill twice: each skill is checked once."""
    file = skill(tmp_path, GOOD)
    assert validate.main([str(tmp_path), str(file), str(file.parent)]) == 0
    assert "skills: 1," in capsys.readouterr().err


def test_a_folder_named_skill_md_is_an_error(tmp_path: Path) -> None:
    """What cannot be read as a file is a finding."""
    (tmp_path / "demo" / "SKILL.md").mkdir(parents=True)
    assert told(found(tmp_path / "demo" / "SKILL.md")) == [("unreadable", 1, 1)]


def test_a_skill_md_that_links_to_nowhere_is_an_error(tmp_path: Path) -> None:
    """A broken link, or one to itself, is a finding too."""
    (tmp_path / "demo").mkdir()
    for target in ("gone", "SKILL.md"):
        file = tmp_path / "demo" / "SKILL.md"
        file.unlink(missing_ok=True)
        file.symlink_to(target)
        assert validate.main([str(file.parent)]) == 1
        assert told(found(file)) == [("unreadable", 1, 1)]


@pytest.mark.parametrize("arguments", [["/no/such/folder"], ["--format", "xml"], ["--no-option"]])
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    """A path that is not there, or an unknown option, is the caller's mistake."""
    try:
        code = validate.main(arguments)
    except SystemExit as stop:
        code = int(str(stop.code))
    assert code == 2


def test_a_folder_without_skills_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checking nothing must not look like finding nothing."""
    assert validate.main([str(tmp_path)]) == 2
    assert "no SKILL.md" in capsys.readouterr().err


def test_a_file_of_a_project_is_checked_with_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / ".claude" / "agents" / "a.md"
    file.parent.mkdir(parents=True)
    file.touch()
    assert validate.main([str(file)]) == 2
    assert f"name the folder {tmp_path}" in capsys.readouterr().err


def test_what_may_not_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = skill(tmp_path, GOOD)
    forbid(file.parent, monkeypatch)
    for path in (file, file.parent):
        assert validate.main([str(path)]) == 2
        told = f"{path.name}: Permission denied; let the user who runs this read it\n"
        assert capsys.readouterr().err.endswith(told)


def test_a_file_whose_name_is_in_lower_case_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The client does not read it."""
    (tmp_path / "skill.md").write_text(f"---\n{GOOD}\n---\nx\n")
    assert validate.main([str(tmp_path)]) == 2
    assert "does not read skill.md; call it SKILL.md" in capsys.readouterr().err


def test_a_body_that_is_too_long_is_an_error_where_that_is_asked_for(tmp_path: Path) -> None:
    """The recommended size is no limit of the client's."""
    file = skill(tmp_path, GOOD, "x\n" * 501)
    assert validate.main([str(file)]) == 0
    assert validate.main([str(file), "--max-size-error"]) == 1


def test_the_default_is_the_current_folder_and_the_skills_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plugin, such as this repository, may be a skill itself and have more."""
    plugin = skill(tmp_path, GOOD).parent
    monkeypatch.chdir(plugin)
    assert validate.main([]) == 0
    assert "skills: 1," in capsys.readouterr().err
    (plugin / "skills").mkdir()
    skill(plugin / "skills", GOOD)
    assert validate.main([]) == 0
    assert "skills: 2," in capsys.readouterr().err


def test_warnings_alone_exit_with_0_and_errors_with_1(tmp_path: Path) -> None:
    """Only errors fail a build."""
    assert validate.main([str(skill(tmp_path, f"{GOOD}\nfoo: x"))]) == 0
    assert validate.main([str(skill(tmp_path, f"{GOOD}\nhooks: 3"))]) == 1


def test_the_three_formats_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text for people, JSON for programs, commands for GitHub, each with place and code."""
    skill(tmp_path, f"{GOOD}\nhooks: 3")
    monkeypatch.chdir(tmp_path)
    place = str(Path("demo", "SKILL.md"))
    validate.main(["demo"])
    assert capsys.readouterr().out.startswith(f"{place}:4:8: wrong-type `hooks` is 3")
    validate.main(["demo", "--format", "json"])
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["path"], first["line"], first["code"]) == (place, 4, "wrong-type")
    assert "events" in first["fix"]
    validate.main(["demo", "--format", "github"])
    assert f"::error file={place},line=4,col=8,title=wrong-type::" in capsys.readouterr().out


def test_the_command_runs_from_anywhere(tmp_path: Path) -> None:
    """The script finds its own modules, prints findings and exits like main()."""
    skill(tmp_path, f"{GOOD}\nhooks: 3")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "demo"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    assert run.stdout.startswith(f"{Path('demo', 'SKILL.md')}:4:8: wrong-type")


def test_without_its_libraries_it_says_what_to_install(tmp_path: Path) -> None:
    """As a user of the wheel without the extra, or of a bare Python."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(skill(tmp_path, GOOD))]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("validate.py: the module yaml is missing; run uvx ")
    assert run.stderr.endswith("pip install 'fastapi-pro[validate]'\n")


def test_output_that_cannot_be_printed_or_read_is_no_traceback(tmp_path: Path) -> None:
    """Names that are no text, a terminal without Unicode and a closed pipe are survived."""
    folder = tmp_path / "d\udcff"
    folder.mkdir()
    (folder / "SKILL.md").write_text(f"---\n{GOOD}\nhooks: ü\n---\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), "--try", "ü\udcff"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        piped = subprocess.run(
            [sys.executable, str(SCRIPT), str(folder)],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    assert (piped.returncode, "Error" in piped.stderr) == (1, False)


def test_one_bad_target_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The good ones are checked, and the command says that it was called wrongly."""
    file = skill(tmp_path, GOOD.replace("name: demo", "name: other"))
    assert validate.main([str(tmp_path / "gone"), str(file.parent)]) == 2
    printed = capsys.readouterr()
    assert "name-not-folder" in printed.out
    assert "gone: no such file or folder" in printed.err


@pytest.mark.timeout(20)
def test_a_fifo_in_place_of_a_skill_is_an_error(tmp_path: Path) -> None:
    """Nothing waits for somebody to write into it."""
    (tmp_path / "demo").mkdir()
    os.mkfifo(tmp_path / "demo" / "SKILL.md")
    assert told(found(tmp_path / "demo" / "SKILL.md")) == [("unreadable", 1, 1)]


def test_a_plugin_is_checked_with_its_skills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that holds hooks alone."""
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text('{"name": "My Plugin"}')
    assert validate.main([str(tmp_path)]) == 1
    assert "plugin.json:1:10: plugin-field `name` is 'My Plugin'" in capsys.readouterr().out
