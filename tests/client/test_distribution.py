"""The other ways to have the skills: the plugin of the marketplace file, and `npx skills add`."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from maintain.release import release_tree
from tests.client.npm_clients import Clients
from tests.client.turns import BODY, DESCRIPTION, SKILLS, named_command, read
from tests.distribution.checkout import ROOT, install, tree
from tests.support.git import git

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def release_of(repository: Path) -> dict[str, bytes | None]:
    """Return the files of the release that users get."""
    names = git(repository, "ls-tree", "-rz", "--name-only", "release").split("\0")
    found: dict[str, bytes | None] = dict(release_tree(repository))
    assert found.keys() == set(filter(None, names))
    return found


def files_in(folder: Path) -> dict[str, bytes | None]:
    return {name: content for name, content in tree(folder).items() if content is not None}


def plugins(clients: Clients) -> list[Path]:
    """Return the folders of our plugin in a home, one of each version."""
    return sorted((clients.home / ".claude/plugins/cache/fastapi-pro/fastapi-pro").iterdir())


def test_the_plugin_is_the_release_and_no_more(with_plugin: Clients, repository: Path) -> None:
    [folder] = plugins(with_plugin)
    assert files_in(folder) == release_of(repository)


def test_the_plugin_has_the_three_skills(with_plugin: Clients) -> None:
    told = with_plugin.run(
        "claude", "plugin", "details", "fastapi-pro@fastapi-pro", cwd=with_plugin.home
    ).stdout
    assert re.search(r"Hooks \(1\) +Stop", told)
    [listed] = re.findall(r"Skills \(3\) +(.*)", told)
    assert sorted(listed.split(", ")) == SKILLS


def test_in_a_plugin_paths_is_no_gate(with_plugin: Clients, project: Path) -> None:
    """The main skill is listed from the start, and called by hand before any Python is read."""
    [request] = with_plugin.talk("hello", project)
    assert DESCRIPTION in request
    [loaded] = with_plugin.talk("/fastapi-pro:fastapi-pro", project)
    [folder] = set(re.findall(r"`sh (\S+)/scripts/run\.sh rules SLUG`", loaded))
    assert BODY.strip().replace("${CLAUDE_SKILL_DIR}", folder) in loaded
    assert (Path(folder) / "scripts" / "rules.py").is_file()


def test_the_plugins_fastapi_new_makes_a_project(with_plugin: Clients, empty: Path) -> None:
    with_plugin.talk("/fastapi-pro:fastapi-new shop", empty, named_command)
    assert (empty / "shop" / "app" / "main.py").is_file()


def test_the_plugins_fastapi_review_audits(with_plugin: Clients, empty: Path) -> None:
    (empty / "main.py").write_text("x = 1\n")
    _, done = with_plugin.talk("/fastapi-pro:fastapi-review", empty, named_command)
    assert "no findings in 1 file" in done


def test_a_new_version_takes_the_place_of_the_old_and_uninstalled_nothing_is_in_use(
    clients: Clients, repository: Path, project: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    git(tmp_path, "clone", "-q", "--branch", "release", str(repository), str(published))
    clients.reach(published)
    for line in (
        "plugin marketplace add OWNER/fastapi-pro#release",
        "plugin install fastapi-pro@fastapi-pro",
    ):
        clients.run("claude", *line.split(), cwd=project)
    [old] = plugins(clients)

    manifest = published / ".claude-plugin" / "plugin.json"
    manifest.write_text(manifest.read_text().replace(f'"{old.name}"', '"99.0.0"'))
    (published / "skills" / "fastapi-pro" / "SKILL.md").write_text(
        f'---\nname: fastapi-pro\ndescription: "{DESCRIPTION} Anew."\n---\n\n# New\n'
    )
    git(published, "commit", "-qam", "99.0.0")
    for line in ("plugin marketplace update fastapi-pro", "plugin update fastapi-pro@fastapi-pro"):
        clients.run("claude", *line.split(), cwd=project)
    assert old.with_name("99.0.0") in plugins(clients)
    [request] = clients.talk("hello", project)
    assert f"{DESCRIPTION} Anew." in request

    for line in ("uninstall fastapi-pro@fastapi-pro", "marketplace remove fastapi-pro"):
        clients.run("claude", "plugin", *line.split(), cwd=project)
    _, after = clients.talk("hello", project, read(project / "app" / "main.py"))
    assert DESCRIPTION not in after
    kept = json.loads((clients.home / ".claude" / "settings.json").read_text())
    assert "fastapi-pro" not in json.dumps(kept)
    assert list((clients.home / ".claude" / "plugins" / "data").iterdir()) == []
    assert all((folder / ".orphaned_at").exists() for folder in plugins(clients))


def test_the_marketplace_of_the_main_branch_leads_to_the_release(
    clients: Clients, repository: Path
) -> None:
    clients.reach(repository, "fastapi-pro/fastapi-pro")
    line = "plugin install fastapi-pro --marketplace fastapi-pro/fastapi-pro"
    clients.run("claude", *line.split(), cwd=clients.home)
    [folder] = plugins(clients)
    assert files_in(folder) == release_of(repository)


def test_npx_skills_installs_all_three_and_they_work(
    clients: Clients, repository: Path, project: Path
) -> None:
    clients.reach(repository)
    arguments = ["--skill", "*", "--agent", "claude-code", "--yes"]
    clients.run("skills", "add", "OWNER/fastapi-pro#release", *arguments, cwd=project)
    skills = project / ".claude" / "skills"
    wanted = release_of(repository)
    found = {f"skills/{name}": content for name, content in files_in(skills).items()}
    assert found == {n: c for n, c in wanted.items() if n.startswith("skills/")}
    launcher = skills / "fastapi-pro" / "scripts" / "run.sh"
    subprocess.run(["sh", launcher, "new", "shop"], cwd=project, check=True)
    assert (project / "shop" / "app" / "main.py").is_file()


def test_after_use_uninstalling_leaves_the_project_as_it_was(
    clients: Clients, project: Path
) -> None:
    before = tree(project)
    install(ROOT, "--project", project)
    clients.talk("/fastapi-review", project, named_command, read(project / "app" / "main.py"))
    install(ROOT, "--project", project, "--uninstall")
    assert tree(project) == before
