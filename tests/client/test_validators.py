"""Other people's validators: each finding is mended, or explained in disagreements.toml."""

import fnmatch
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maintain.release import main as make_release
from tests.client.npm_clients import Clients
from tests.distribution.checkout import ROOT, install
from tests.support.sample import chosen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PYPI = {
    "agnix": "agnix==0.59.3",
    "agentskills": "skills-ref==0.1.1",
    "skillcheck": "skillcheck==1.5.0",
    "skill-scanner": "cisco-ai-skill-scanner==2.3.2",
}
ROWS = tomllib.loads((Path(__file__).parent / "disagreements.toml").read_text())["row"]
Found = tuple[str, str]
"""The code of a finding, and where it is: a file's path within the skills, or what is named."""


@pytest.fixture
def installed(clients: Clients, project: Path) -> Path:
    """The folder of skills of a project."""
    install(ROOT, "--project", project)
    return project / ".claude" / "skills"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """The skill of the archive."""
    archive = tmp_path / "fastapi-pro.skill"
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "maintain.py", "pack", "--output", archive],
        check=True, capture_output=True,
    )  # fmt: skip
    with zipfile.ZipFile(archive) as files:
        files.extractall(tmp_path / "packed")
    return tmp_path / "packed" / "fastapi-pro"


def from_pypi(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool in an environment of its own."""
    if shutil.which("uv") is None:
        pytest.skip("no uv, which runs the validators")
    command = ["uv", "tool", "run", "--from", PYPI[tool], tool, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def within(skills: Path, file: str) -> str:
    """Return a path relative to the folder of skills, or as it is."""
    return str(Path(file).relative_to(skills)) if Path(file).is_relative_to(skills) else file


def agnix(skills: Path, _clients: Clients) -> Iterator[Found]:
    project = skills.parents[1]
    done = from_pypi("agnix", "--strict", "--target", "claude-code", "--format", "json", project)
    for finding in json.loads(done.stdout)["diagnostics"]:
        yield finding["rule"], within(skills, finding["file"])


def claudelint(skills: Path, clients: Clients) -> Iterator[Found]:
    done = clients.run("claudelint", "--format", "json", cwd=skills.parents[1])
    checks = json.loads(done.stdout)["validators"]
    assert any(check["name"] == "Skills Validator" for check in checks)
    for check in checks:
        for finding in check["errors"] + check["warnings"]:
            yield finding["ruleId"], within(skills, finding["file"])


def skillcheck(skills: Path, _clients: Clients) -> Iterator[Found]:
    done = from_pypi("skillcheck", "--format", "json", *skills.glob("*/SKILL.md"))
    for result in json.loads(done.stdout)["results"]:
        for finding in result["diagnostics"]:
            yield finding["rule"], within(skills, result["path"])


def scanner(skills: Path, _clients: Clients) -> Iterator[Found]:
    done = from_pypi("skill-scanner", "scan-all", "--format", "json", skills)
    for result in json.loads(done.stdout)["results"]:
        for finding in result["findings"]:
            yield finding["rule_id"], finding["file_path"]


TOOLS: dict[str, Callable[[Path, Clients], Iterator[Found]]] = {
    "agnix": agnix,
    "claudelint": claudelint,
    "skillcheck": skillcheck,
    "skill-scanner": scanner,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the validators: they take up to a minute each."""
    if "tool" in metafunc.fixturenames:
        metafunc.parametrize("tool", chosen(metafunc.config, [*TOOLS], 1, "skills"))


def test_what_a_validator_finds_is_explained_and_no_explanation_is_left_over(
    tool: str, clients: Clients, installed: Path
) -> None:
    found = set(TOOLS[tool](installed, clients))
    rows = {(row["code"], row["where"]) for row in ROWS if row["tool"] == tool}
    explains = {row: {one for one in found if matches(one, row)} for row in rows}
    assert found - set().union(*explains.values()) == set()
    assert [row for row, ones in explains.items() if not ones] == []


def matches(found: Found, row: Found) -> bool:
    return all(fnmatch.fnmatchcase(*pair) for pair in zip(found, row, strict=True))


def test_every_row_is_of_a_tool_and_says_why() -> None:
    assert {row["tool"] for row in ROWS} == TOOLS.keys()
    assert all(row["why"] for row in ROWS)


def test_the_tools_read_our_files(clients: Clients, installed: Path) -> None:
    """They would find an `effort` that is none."""
    file = installed / "fastapi-pro" / "SKILL.md"
    file.write_text(file.read_text().replace("effort: high", "effort: 3"))
    assert ("CC-SK-018", "fastapi-pro/SKILL.md") in set(agnix(installed, clients))
    told = clients.run("claudelint", cwd=installed.parents[1], code=1).stdout
    assert 'expected one of "low"' in told


def test_the_packed_skill_is_valid_by_the_reference_validator(packed: Path) -> None:
    done = from_pypi("agentskills", "validate", packed)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (packed / "SKILL.md").read_text()
    (packed / "SKILL.md").write_text(text.replace("name:", "effort: high\nname:", 1))
    assert from_pypi("agentskills", "validate", packed).returncode == 1


def test_the_clients_own_validator_passes_all(
    clients: Clients, installed: Path, repository: Path, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    assert make_release([str(release)]) == 0
    for folder in (installed.parents[1], repository, release):
        clients.run("claude", "plugin", "validate", "--strict", folder, cwd=clients.home)
    skill = installed / "fastapi-new" / "SKILL.md"
    skill.write_text(skill.read_text().replace("name: fastapi-new", "name: [1]"))
    project = installed.parents[1]
    clients.run("claude", "plugin", "validate", "--strict", project, cwd=clients.home, code=1)
