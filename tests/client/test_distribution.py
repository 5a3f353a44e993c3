"""The other ways to have the skills: the plugin of the marketplace file, and `npx skills add`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.npm_clients import Clients
from tests.client.turns import BODY, DESCRIPTION, SKILLS, named_command, read
from tests.distribution.checkout import ROOT, install, tree

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def with_plugin(clients: Clients, repository: Path) -> Clients:
    """Clients of a user who has installed the plugin."""
    clients.run("claude", "plugin", "marketplace", "add", repository, cwd=clients.home)
    clients.run("claude", "plugin", "install", "fastapi-pro@fastapi-pro", cwd=clients.home)
    return clients


def test_the_plugin_has_the_three_skills(with_plugin: Clients) -> None:
    told = with_plugin.run(
        "claude", "plugin", "details", "fastapi-pro@fastapi-pro", cwd=with_plugin.home
    ).stdout
    [listed] = re.findall(r"Skills \(3\) +(.*)", told)
    assert sorted(listed.split(", ")) == SKILLS


def test_in_a_plugin_paths_is_no_gate(with_plugin: Clients, project: Path) -> None:
    """The main skill is listed from the start, and called by hand before any Python is read."""
    [request] = with_plugin.talk("hello", project)
    assert DESCRIPTION in request
    [loaded] = with_plugin.talk("/fastapi-pro:fastapi-pro", project)
    [folder] = set(re.findall(r"`python (\S+)/scripts/rules\.py SLUG`", loaded))
    assert BODY.strip().replace("${CLAUDE_SKILL_DIR}", folder) in loaded
    assert (Path(folder) / "scripts" / "rules.py").is_file()


def test_the_plugins_fastapi_new_makes_a_project(with_plugin: Clients, empty: Path) -> None:
    with_plugin.talk("/fastapi-pro:fastapi-new shop", empty, named_command)
    assert (empty / "shop" / "app" / "main.py").is_file()


def test_the_plugins_fastapi_review_audits(with_plugin: Clients, empty: Path) -> None:
    (empty / "main.py").write_text("x = 1\n")
    _, done = with_plugin.talk("/fastapi-pro:fastapi-review", empty, named_command)
    assert "no findings in 1 file" in done


def test_the_plugin_goes_without_a_trace_in_the_listing(
    with_plugin: Clients, project: Path
) -> None:
    with_plugin.run("claude", "plugin", "uninstall", "fastapi-pro@fastapi-pro", cwd=project)
    _, after = with_plugin.talk("hello", project, read(project / "app" / "main.py"))
    assert DESCRIPTION not in after


def test_npx_skills_finds_the_main_skill_and_below_it_all(
    clients: Clients, repository: Path, project: Path
) -> None:
    found = {}
    for depth in ([], ["--full-depth"]):
        told = clients.run("skills", "add", repository, "--list", *depth, cwd=project).stdout
        found[len(depth)] = sorted(re.findall(r"\x1b\[36m(fastapi-[a-z]+)\x1b", told))
    assert found == {0: ["fastapi-pro"], 1: SKILLS}


def test_npx_skills_installs_all_three_and_they_work(
    clients: Clients, repository: Path, project: Path
) -> None:
    arguments = ["--full-depth", "--skill", "*", "--agent", "claude-code", "--yes"]
    clients.run("skills", "add", repository, *arguments, cwd=project)
    skills = project / ".claude" / "skills"
    assert sorted(path.name for path in skills.iterdir()) == SKILLS
    launcher = skills / "fastapi-new" / "run.py"
    subprocess.run([sys.executable, launcher, "new", "shop"], cwd=project, check=True)
    assert (project / "shop" / "app" / "main.py").is_file()


def test_after_use_uninstalling_leaves_the_project_as_it_was(
    clients: Clients, project: Path
) -> None:
    before = tree(project)
    install(ROOT, "--project", project)
    clients.talk("/fastapi-review", project, named_command, read(project / "app" / "main.py"))
    install(ROOT, "--project", project, "--uninstall")
    assert tree(project) == before
