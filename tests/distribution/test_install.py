"""install.py: what it puts where, what it refuses to touch, and that it takes all of it back."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fastapi_pro import __version__
from fastapi_pro.cli import install as command
from fastapi_pro.installing.placing import STAGE, recover, staging
from fastapi_pro.installing.record import inspect
from tests.distribution.checkout import ROOT, copy_checkout, install, tree

SKILLS = ["fastapi-new", "fastapi-pro", "fastapi-review"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with code and a skill of the user's own."""
    folder = tmp_path / "project"
    (folder / ".claude" / "skills" / "mine").mkdir(parents=True)
    (folder / ".claude" / "skills" / "mine" / "SKILL.md").write_text("mine")
    (folder / ".claude" / "settings.json").write_text("{}")
    (folder / "main.py").write_text("x = 1\n")
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that a test may change."""
    return copy_checkout(tmp_path / "checkout")


def set_version(checkout: Path, version: str) -> None:
    file = checkout / "fastapi_pro" / "__init__.py"
    text, changed = re.subn(
        r'^__version__ = ".*"', f'__version__ = "{version}"', file.read_text(), flags=re.MULTILINE
    )
    assert changed == 1
    file.write_text(text)


def test_the_three_skills_go_where_the_client_looks(project: Path) -> None:
    before = tree(project)
    done = install(ROOT, "--project", project)
    skills = project / ".claude" / "skills"
    assert sorted(path.name for path in skills.iterdir()) == [*SKILLS, "mine"]
    assert str(skills) in done.stdout
    after = tree(project)
    assert {name: after[name] for name in before} == before


def test_every_file_is_as_in_the_checkout(project: Path) -> None:
    install(ROOT, "--project", project)
    folder = project / ".claude" / "skills" / "fastapi-pro"
    for name, content in tree(folder).items():
        if content is not None and name != ".installed.json":
            assert (ROOT / name).read_bytes() == content


def test_without_a_place_it_is_the_users(tmp_path: Path) -> None:
    install(ROOT, HOME=str(tmp_path))
    assert (tmp_path / ".claude" / "skills" / "fastapi-pro" / "SKILL.md").is_file()
    assert not (tmp_path / ".agents").exists()


def test_the_clients_own_setting_of_its_folder_is_followed(tmp_path: Path) -> None:
    install(ROOT, "--user", HOME=str(tmp_path), CLAUDE_CONFIG_DIR=str(tmp_path / "config"))
    assert (tmp_path / "config" / "skills" / "fastapi-pro" / "SKILL.md").is_file()
    assert not (tmp_path / ".claude").exists()


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(project: Path) -> None:
    before = tree(project)
    done = install(ROOT, "--project", project, "--agents", "--dry-run")
    assert tree(project) == before
    assert done.stdout.count(f"would install {__version__}") == 2


@pytest.mark.parametrize("agents", [[], ["--agents"]])
def test_uninstalling_leaves_the_folder_as_it_was(project: Path, agents: list[str]) -> None:
    before = tree(project)
    install(ROOT, "--project", project, *agents)
    install(ROOT, "--project", project, "--uninstall")
    assert tree(project) == before


@pytest.mark.slow
def test_uninstalling_removes_the_folders_that_were_made_for_it(tmp_path: Path) -> None:
    install(ROOT, "--project", tmp_path, "--agents")
    install(ROOT, "--project", tmp_path, "--agents")
    install(ROOT, "--project", tmp_path, "--uninstall")
    assert tree(tmp_path) == {}


def test_folders_made_by_the_first_version_go_with_the_second(
    tmp_path: Path, checkout: Path
) -> None:
    project = tmp_path / "empty"
    project.mkdir()
    install(ROOT, "--project", project)
    set_version(checkout, "9.9.9")
    install(checkout, "--project", project)
    install(checkout, "--project", project, "--uninstall")
    assert tree(project) == {}


def test_where_nothing_is_installed_uninstalling_says_so(project: Path) -> None:
    before = tree(project)
    assert "nothing to remove" in install(ROOT, "--project", project, "--uninstall").stdout
    assert tree(project) == before


def test_what_python_cached_goes_too(tmp_path: Path) -> None:
    install(ROOT, "--project", tmp_path)
    cache = tmp_path / ".claude" / "skills" / "fastapi-pro" / "scripts" / "__pycache__"
    cache.mkdir()
    (cache / "rulebook.cpython-311.pyc").write_bytes(b"cache")
    install(ROOT, "--project", tmp_path, "--uninstall")
    assert list(tmp_path.iterdir()) == []


def test_an_older_version_is_replaced_as_a_whole(project: Path, checkout: Path) -> None:
    (checkout / "references" / "gone.md").write_text("in the old version only")
    install(checkout, "--project", project)
    (checkout / "references" / "gone.md").unlink()
    (checkout / "references" / "new.md").write_text("in the new version only")
    set_version(checkout, "9.9.9")
    done = install(checkout, "--project", project)
    assert f"9.9.9 (was {__version__})" in done.stdout
    references = project / ".claude" / "skills" / "fastapi-pro" / "references"
    assert (references / "new.md").exists()
    assert not (references / "gone.md").exists()


def test_the_same_version_again_changes_nothing(project: Path) -> None:
    install(ROOT, "--project", project)
    folder = project / ".claude" / "skills" / "fastapi-pro"
    before = folder.stat().st_ino
    assert "is already installed" in install(ROOT, "--project", project).stdout
    assert folder.stat().st_ino == before


def test_a_file_that_the_user_has_removed_comes_back(project: Path) -> None:
    install(ROOT, "--project", project)
    before = tree(project)
    (project / ".claude" / "skills" / "fastapi-pro" / "SKILL.md").unlink()
    assert "installed" in install(ROOT, "--project", project).stdout
    assert tree(project) == before


@pytest.mark.slow
def test_a_copy_for_other_assistants_does_not_grow_old(project: Path, checkout: Path) -> None:
    install(checkout, "--project", project, "--agents")
    set_version(checkout, "9.9.9")
    install(checkout, "--project", project)
    copy = project / ".agents" / "skills" / "fastapi-pro" / "SKILL.md"
    assert 'version: "9.9.9"' in copy.read_text()


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("option", ["--agents", "--uninstall"])
def test_a_folder_of_that_name_that_it_did_not_install_stays(
    project: Path, skill: str, option: str
) -> None:
    (project / ".claude" / "skills" / skill).mkdir()
    (project / ".claude" / "skills" / skill / "SKILL.md").write_text("somebody's")
    before = tree(project)
    done = install(ROOT, "--project", project, option, code=1)
    assert f"skills/{skill}: it exists, and was not installed by this script" in done.stderr
    assert tree(project) == before


@pytest.mark.parametrize("target", ["a checkout", "an installed copy", "nothing"])
def test_a_link_of_that_name_stays(project: Path, tmp_path: Path, target: str) -> None:
    link = project / ".claude" / "skills" / "fastapi-pro"
    install(ROOT, "--user", HOME=str(tmp_path))
    link.symlink_to(
        {
            "a checkout": ROOT,
            "an installed copy": tmp_path / ".claude" / "skills" / "fastapi-pro",
            "nothing": tmp_path / "nothing",
        }[target]
    )
    done = install(ROOT, "--project", project, code=1)
    assert f"{link}: it is a link" in done.stderr
    assert link.is_symlink()


@pytest.mark.parametrize("arguments", [[], ["--uninstall"]])
def test_files_that_the_user_added_or_changed_stay(
    project: Path, checkout: Path, arguments: list[str]
) -> None:
    install(ROOT, "--project", project)
    skill = project / ".claude" / "skills" / "fastapi-pro"
    (skill / "notes.md").write_text("my notes")
    with (skill / "SKILL.md").open("a") as file:
        file.write("my rule\n")
    set_version(checkout, "9.9.9")
    before = tree(project)
    done = install(checkout, "--project", project, *arguments, code=1)
    assert "added or changed after the installation: SKILL.md, notes.md" in done.stderr
    assert tree(project) == before


@pytest.mark.parametrize("name", [".DS_Store", "references/Thumbs.db"])
def test_what_a_system_adds_by_itself_is_not_the_users(project: Path, name: str) -> None:
    before = tree(project)
    install(ROOT, "--project", project)
    (project / ".claude" / "skills" / "fastapi-pro" / name).write_text("icons")
    install(ROOT, "--project", project, "--uninstall")
    assert tree(project) == before


def test_a_pipe_among_the_files_is_not_waited_for(project: Path) -> None:
    install(ROOT, "--project", project)
    os.mkfifo(project / ".claude" / "skills" / "fastapi-pro" / "pipe")
    done = install(ROOT, "--project", project, code=1)
    assert "added or changed after the installation: pipe" in done.stderr


@pytest.mark.parametrize("name", [".claude", ".claude/skills"])
def test_a_file_in_the_way_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("a file")
    before = tree(tmp_path)
    done = install(ROOT, "--user", code=1, HOME=str(tmp_path))
    assert f"{tmp_path / name}: it is not a folder; move it away" in done.stderr
    assert tree(tmp_path) == before


def test_a_link_in_a_circle_is_named(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "skills").symlink_to("skills")
    done = install(ROOT, "--user", code=1, HOME=str(tmp_path))
    assert ".claude/skills: it is a link that leads in a circle; remove it" in done.stderr


def test_without_a_home_it_says_what_to_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    assert command.main(["--dry-run"]) == 1
    assert "set HOME, or name a project with --project" in capsys.readouterr().err


def test_a_link_among_the_files_stays(project: Path, tmp_path: Path) -> None:
    install(ROOT, "--project", project)
    link = project / ".claude" / "skills" / "fastapi-pro" / "mine.md"
    link.symlink_to(tmp_path / "nothing")
    done = install(ROOT, "--project", project, "--uninstall", code=1)
    assert "added or changed after the installation: mine.md" in done.stderr
    assert link.is_symlink()


@pytest.mark.parametrize("damage", ["", "[]", '{"version": "1"}', '{"files": 3, "version": 1}'])
def test_a_damaged_record_is_named(project: Path, damage: str) -> None:
    install(ROOT, "--project", project)
    record = project / ".claude" / "skills" / "fastapi-new" / ".installed.json"
    record.write_text(damage)
    assert f"{record}: damaged" in install(ROOT, "--project", project, code=1).stderr


def test_a_skills_folder_that_is_a_link_is_followed(project: Path, tmp_path: Path) -> None:
    dotfiles = tmp_path / "dotfiles"
    dotfiles.mkdir()
    shutil.rmtree(project / ".claude" / "skills")
    (project / ".claude" / "skills").symlink_to(dotfiles)
    install(ROOT, "--project", project)
    assert sorted(path.name for path in dotfiles.iterdir()) == SKILLS
    install(ROOT, "--project", project, "--uninstall")
    assert list(dotfiles.iterdir()) == []
    assert (project / ".claude" / "skills").is_symlink()


@pytest.mark.slow
def test_a_failure_in_the_second_place_takes_back_the_first(project: Path) -> None:
    (project / ".agents").mkdir()
    (project / ".agents" / "skills").write_text("a file in the way")
    shutil.rmtree(project / ".claude")
    before = tree(project)
    done = install(ROOT, "--project", project, "--agents", code=1)
    assert "nothing was changed" in done.stderr
    assert tree(project) == before


@pytest.mark.slow
def test_the_next_run_puts_right_what_a_killed_one_left(project: Path, checkout: Path) -> None:
    before = tree(project)
    install(checkout, "--project", project)
    installed = tree(project)
    set_version(checkout, "9.9.9")
    assert killed(4, checkout, "--project", project)  # one skill is out, none is in
    assert tree(project) != installed
    install(checkout, "--project", project, "--uninstall")
    assert tree(project) == before


OTHER_FILE_SYSTEM = Path("/dev/shm")  # noqa: S108 -- the name below it is not predictable


@pytest.mark.skipif(not OTHER_FILE_SYSTEM.is_dir(), reason="needs a second file system")
def test_a_link_may_lead_to_another_file_system(project: Path) -> None:
    with tempfile.TemporaryDirectory(dir=OTHER_FILE_SYSTEM) as folder:
        shutil.rmtree(project / ".claude" / "skills")
        (project / ".claude" / "skills").symlink_to(Path(folder, "skills"))
        install(ROOT, "--project", project)
        assert sorted(path.name for path in Path(folder, "skills").iterdir()) == SKILLS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--project", "no-such-folder"], "no-such-folder is not a folder; name the project's"),
        (["--project", ""], "an empty text is not a folder; name the project's"),
        (["--project", "/", "--user"], "not allowed with argument"),
        (["--dry-run", "--uninstall"], "not allowed with argument"),
        (["--purge"], "unrecognized arguments: --purge"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], message: str) -> None:
    done = install(ROOT, *arguments, code=2)
    assert message in done.stderr


@pytest.mark.parametrize("part", ["LICENSE", "skills/fastapi-new/SKILL.md"])
def test_an_incomplete_checkout_is_told(project: Path, checkout: Path, part: str) -> None:
    (checkout / part).unlink()
    before = tree(project)
    done = install(checkout, "--project", project, code=1)
    assert f"{checkout / part}: " in done.stderr
    assert "whole checkout" in done.stderr
    assert tree(project) == before


KILLED = """
import os, pathlib, shutil, signal, sys

moment, step = int(sys.argv[1]), 0

def counted(real):
    def call(*args, **options):
        global step
        step += 1
        if step == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **options)
    return call

for name in ("rename", "rmdir", "unlink", "write_text"):
    setattr(pathlib.Path, name, counted(getattr(pathlib.Path, name)))
shutil.rmtree = counted(shutil.rmtree)
sys.path.insert(0, sys.argv[2])
from fastapi_pro.cli import install
install.main(sys.argv[3:])
"""


def killed(moment: int, checkout: Path, *arguments: str | Path) -> bool:
    """Run the installer, killed before the step of this number; say whether it came so far."""
    command = [sys.executable, "-c", KILLED, str(moment), checkout, *arguments]
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    assert code in {0, -signal.SIGKILL}
    return code != 0


def versions(skills: Path) -> list[str]:
    """Return the version of each skill that is whole, as inspect() demands."""
    records = [inspect(skills / skill) for skill in SKILLS]
    return [record.version for record in records if record is not None]


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
@pytest.mark.parametrize("option", ["--dry-run", "--uninstall"])
@pytest.mark.timeout(120)
@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_all_of_the_old_or_all_of_the_new(
    tmp_path: Path, checkout: Path, option: str
) -> None:
    """The run that is killed replaces or uninstalls; the next one puts right what it left."""
    skills = tmp_path / "project" / ".claude" / "skills"
    skills.mkdir(parents=True)
    project = tmp_path / "project"
    for part in ("snippets", "references"):  # fewer files to copy: quicker
        shutil.rmtree(checkout / part)
        (checkout / part).mkdir()
    set_version(checkout, "0.0.9")
    newer = tmp_path / "newer"
    shutil.copytree(checkout, newer)
    set_version(newer, "9.9.9")
    seen = set()
    for moment in range(1, 100):
        install(checkout, "--project", project)
        arguments = ["--uninstall"] if option == "--uninstall" else []
        if not killed(moment, newer, "--project", project, *arguments):
            break
        recover(skills)
        assert not (project / ".claude" / STAGE).exists()
        found = versions(skills)
        assert found in (["0.0.9"] * 3, ["9.9.9"] * 3, [])
        seen.add(tuple(found))
        install(newer, "--project", project, "--uninstall")
    assert moment > 8
    assert seen == {("0.0.9",) * 3, () if option == "--uninstall" else ("9.9.9",) * 3}


def test_while_another_installation_is_under_way_nothing_is_changed(project: Path) -> None:
    before = tree(project)
    with staging(project / ".claude" / "skills"):
        done = install(ROOT, "--project", project, code=1)
    assert "another installation is running; wait for it; nothing was changed" in done.stderr
    assert tree(project) == before


def test_a_folder_that_may_not_be_written_is_named(project: Path) -> None:
    (project / ".claude").rename(project / "away")
    (project / ".claude").write_text("a file in the way")
    done = install(ROOT, "--project", project, code=1)
    assert f"{project / '.claude'}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["audit", "install", "new", "rules"])
def test_an_older_python_is_refused_in_words(command: str) -> None:
    script = ROOT / "scripts" / f"{command}.py"
    code = (
        f"import runpy, sys; sys.version_info = (3, 9); sys.path.insert(0, {str(script.parent)!r});"
        f"runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Python 3.11 or newer is needed, this is ")
    ast.parse(script.read_text(), feature_version=(3, 8))  # which an older one can parse
