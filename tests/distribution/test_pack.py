"""pack.py: the same bytes each time, in the form that other clients take."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from fastapi_pro import __version__
from fastapi_pro.installing.contents import SKILLS, contents
from fastapi_pro.installing.standard import as_open_standard
from tests.distribution.checkout import ROOT, copy_checkout

SIX = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def pack(checkout: Path, *arguments: str | Path, code: int = 0) -> str:
    """Run pack.py of a checkout; return what it printed."""
    command = [sys.executable, "-S", checkout / "scripts" / "maintain.py", "pack", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of this checkout."""
    file = tmp_path_factory.mktemp("pack") / "fastapi-pro.skill"
    pack(ROOT, "--output", file)
    return file


@pytest.fixture(scope="module")
def unpacked(archive: Path) -> Path:
    """The folder of the skill, taken out of the archive."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(archive.parent)
    return archive.parent / "fastapi-pro"


def front_matter(file: Path) -> dict[str, object]:
    fields: dict[str, object] = yaml.safe_load(file.read_text().split("---\n", 2)[1])
    return fields


@pytest.mark.slow
def test_another_checkout_on_another_day_packs_the_same_bytes(
    archive: Path, tmp_path: Path
) -> None:
    checkout = copy_checkout(tmp_path / "elsewhere")
    for number, file in enumerate(checkout.rglob("*")):
        os.utime(file, (number, number))
        if file.is_file():
            file.chmod(0o600)
    pack(checkout)
    assert (checkout / "dist" / "fastapi-pro.skill").read_bytes() == archive.read_bytes()


def test_unpacked_by_other_tools_the_files_can_be_read(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        assert {
            (entry.create_system, entry.external_attr >> 16) for entry in packed.infolist()
        } == {(3, 0o644)}


def test_a_changed_file_changes_the_archive(archive: Path, tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "changed")
    with (checkout / "references" / "auth.md").open("a") as file:
        file.write("more\n")
    pack(checkout)
    assert (checkout / "dist" / "fastapi-pro.skill").read_bytes() != archive.read_bytes()


def test_the_front_matter_has_the_six_fields_and_the_version(unpacked: Path) -> None:
    fields = front_matter(unpacked / "SKILL.md")
    assert fields.keys() == SIX
    assert isinstance(fields["metadata"], dict)
    assert fields["metadata"]["version"] == __version__


def test_uploads_accept_the_front_matter(unpacked: Path) -> None:
    """What the packaging script of anthropics/skills asks for (quick_validate.py, 2026-07)."""
    fields = front_matter(unpacked / "SKILL.md")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", str(fields["name"]))
    assert fields["name"] == unpacked.name
    assert 0 < len(str(fields["description"])) <= 1024
    assert not re.search("[<>]", str(fields["description"]))
    assert len(str(fields["compatibility"])) <= 500


def test_the_validator_has_nothing_against_it_by_the_open_standard(unpacked: Path) -> None:
    command = [sys.executable, ROOT / "scripts" / "validate.py", "--strict-spec", unpacked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "skills: 1, errors: 0, warnings: 0", done.stdout


def test_no_placeholder_of_one_client_is_left(unpacked: Path) -> None:
    text = (unpacked / "SKILL.md").read_text()
    assert "CLAUDE_" not in text
    assert "`sh scripts/run.sh audit PATH`" in text


@pytest.mark.parametrize("skill", SKILLS)
def test_the_other_skills_have_a_standard_form_too(skill: str) -> None:
    text = contents(ROOT, skill, open_standard=True)["SKILL.md"].decode()
    assert yaml.safe_load(text.split("---\n", 2)[1]).keys() <= SIX
    assert "$ARGUMENTS" not in text
    assert "CLAUDE_" not in text


FOR_MAINTAINERS = re.compile(
    r"/installing/|/validating/|/(install|validate)\.py$"
    r"|rules/(\w+/(cases|test_proof|bad|good|claims)\.\w+|conftest\.py)$"
)


def test_all_that_git_knows_of_the_parts_is_packed(unpacked: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "SKILL.md", "LICENSE", "references", "snippets", "fastapi_pro",
         "scripts/audit.py", "scripts/new.py", "scripts/rules.py", "scripts/run.sh",
         "scripts/stop_hook.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    tracked = {name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()}
    packed = {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()
    }
    assert tracked <= packed | {name for name in tracked if FOR_MAINTAINERS.search(name)}


def test_what_only_maintainers_need_is_not_packed(unpacked: Path) -> None:
    packed = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    assert {"snippets/rules/deep_offset/detector.py", "references/rules/deep-offset.md"} <= packed
    assert [name for name in packed if FOR_MAINTAINERS.search(name)] == []


def test_no_secret_database_or_cache_is_packed(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "used")
    clean = contents(checkout, "fastapi-pro")
    for name in (
        "snippets/.env",
        "snippets/app.db",
        "snippets/app.db-journal",
        "snippets/.venv/lib/x.py",
        "snippets/app/__pycache__/main.cpython-311.pyc",
        "snippets/.pytest_cache/README.md",
        "fastapi_pro/auditing/.mypy_cache/x.py",
        "snippets/node_modules/x/README.md",
    ):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("must not leave this machine")
    assert contents(checkout, "fastapi-pro") == clean


@pytest.mark.parametrize("command", [["audit.py", "--list"], ["rules.py", "deep-offset"]])
def test_the_commands_of_the_archive_run(unpacked: Path, command: list[str]) -> None:
    script = [sys.executable, "-S", unpacked / "scripts" / command[0], *command[1:]]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "deep-offset" in done.stdout


def test_where_it_cannot_write_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    told = pack(ROOT, "--output", tmp_path / "file" / "x.skill", code=1)
    assert str(tmp_path / "file") in told
    assert "Traceback" not in told
    (tmp_path / "folder").mkdir()
    told = pack(ROOT, "--output", tmp_path / "folder", code=1)
    assert "name another FILE" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# no front matter", "line 1: no front matter"),
        ("---\nname: x\n", "line 1: no front matter"),
        ("---\nname: x\n---\n", "no `description`"),
        ("---\nname: x\ndescription: \n---\n", "no `description`"),
        ('---\nname: x\ndescription: "y\n---\n', "line 3: a quote is not closed"),
        ("---\nname: x\n- item\n---\n", "line 3: neither `key: value` nor indented"),
        ("---\nname: x\ndescription: " + "y" * 1025 + "\n---\n", "1025 characters together"),
    ],
)
def test_a_front_matter_that_it_cannot_convert_is_told(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        as_open_standard(text, "1")


def test_a_bad_front_matter_stops_the_command(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "bad")
    (checkout / "SKILL.md").write_text("no front matter")
    told = pack(checkout, code=1)
    assert f"{checkout / 'SKILL.md'}: line 1: no front matter" in told
    assert not (checkout / "dist").exists()


def test_fields_are_converted() -> None:
    text = (
        '---\nname: x\ndescription: "Does \\"y\\"."\nwhen_to_use: On z.\npaths:\n  - "**/*.py"\n'
        "effort: high\nallowed-tools: Read, Bash(pytest *), Bash(uv run pytest *), "
        "Bash(python ${CLAUDE_SKILL_DIR}/x.py *)\nmetadata:\n  type: reference\n  version: 1\n"
        'argument-hint: "NAME"\n---\n\n`python ${CLAUDE_SKILL_DIR}/x.py $ARGUMENTS`\n'
    )
    converted = as_open_standard(text, "2.0")
    _, front, body = converted.split("---\n", 2)
    assert yaml.safe_load(front) == {
        "name": "x",
        "description": 'Does "y". On z.',
        "allowed-tools": "Read Bash(pytest:*)",
        "metadata": {"type": "reference", "version": "2.0"},
    }
    assert front.count("version:") == 1
    assert body == "\n`python x.py NAME`\n"
