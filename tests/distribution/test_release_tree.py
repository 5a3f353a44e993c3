"""maintain.py release: what users get, in a folder and on a branch."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from shutil import ignore_patterns

import pytest
import yaml

from fastapi_pro import __version__
from fastapi_pro.installing.contents import SKILLS, contents
from maintain.release import NAME, main, release_tree
from tests.distribution.checkout import ROOT, tree
from tests.support.git import SOMEBODY, commit_all, git

AROUND = {
    ".claude-plugin/marketplace.json",
    ".claude-plugin/plugin.json",
    "hooks/hooks.json",
    "LICENSE",
    "README.md",
}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The release of this checkout."""
    return release_tree(ROOT)


def test_it_has_the_skills_as_they_are_installed_and_the_plugin_around_them(
    files: dict[str, bytes],
) -> None:
    installed = {
        f"skills/{skill}/{name}": content
        for skill in SKILLS
        for name, content in contents(ROOT, skill).items()
    }
    assert {name: files[name] for name in installed} == installed
    assert files.keys() - installed.keys() == AROUND


def test_the_plugin_has_the_version_and_the_license_of_the_project(
    files: dict[str, bytes],
) -> None:
    plugin = json.loads(files[".claude-plugin/plugin.json"])
    assert plugin["version"] == __version__
    assert plugin.keys() >= {"name", "description", "author", "license", "keywords", "skills"}
    assert files["LICENSE"].startswith(plugin["license"].encode())


def test_both_marketplaces_offer_this_plugin(files: dict[str, bytes]) -> None:
    """That of the main branch leads to the branch, that of the release to itself."""
    plugin = json.loads(files[".claude-plugin/plugin.json"])
    [main_entry] = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_bytes())[
        "plugins"
    ]
    [entry] = json.loads(files[".claude-plugin/marketplace.json"])["plugins"]
    assert main_entry["source"] == {"source": "github", "repo": NAME, "ref": "release"}
    assert entry == main_entry | {"source": "./"}
    assert (entry["name"], entry["description"]) == (plugin["name"], plugin["description"])


def test_a_folder_is_made_and_none_is_overwritten(
    files: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made" / "release"
    assert main([str(folder)]) == 0
    made = {name: content for name, content in tree(folder).items() if content is not None}
    assert made == files
    assert main([str(folder)]) == 1
    assert f"{folder} is in the way" in capsys.readouterr().err
    assert [path.name for path in folder.parent.iterdir()] == ["release"]


@pytest.mark.parametrize("arguments", [[], ["folder", "--branch", "release"], ["--tag", "x"]])
def test_wrong_use_is_told(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)


class Repository:
    """A clone of this repository, as its maintainer has it, but with few of its pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("fastapi_pro", "maintain", "plugin", "scripts", "skills", ".claude-plugin"):
            shutil.copytree(ROOT / part, folder / part, ignore=ignore_patterns("__pycache__"))
        for part in ("LICENSE", "SKILL.md", "pyproject.toml"):
            shutil.copy(ROOT / part, folder)
        for part in ("references", "snippets"):
            (folder / part).mkdir()
            (folder / part / "page.md").write_text("text")
        (folder / ".gitignore").write_text("__pycache__\n")
        self.commit()

    def git(self, *arguments: str) -> str:
        """Return what git prints."""
        return git(self.folder, *arguments)

    def commit(self) -> None:
        """Commit all that is changed."""
        commit_all(self.folder)

    def release(self, code: int = 0, **environment: str) -> str:
        """Run the command; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-S", "scripts/maintain.py", "release", "--branch", "release"],
            cwd=self.folder,
            env={name: os.environ[name] for name in ("HOME", "PATH")}
            | SOMEBODY
            | environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def raise_version(self, number: str) -> None:
        """Give the project another version, without a commit."""
        file = self.folder / "fastapi_pro" / "__init__.py"
        file.write_text(file.read_text().replace(f'"{__version__}"', f'"{number}"'))


@pytest.mark.slow
def test_a_branch_gets_a_commit_for_each_version(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "clone")
    git = repository.git
    assert f"release: {__version__}" in repository.release()
    first = git("rev-parse", "release")
    assert git("rev-list", "--count", "release") == "1"
    names = set(git("ls-tree", "-r", "--name-only", "release").splitlines())
    assert names >= AROUND | {"skills/fastapi-pro/references/page.md"}
    assert {name.partition("/")[0] for name in names - AROUND} == {"skills"}
    repository.release()
    assert git("rev-parse", "release") == first

    license_file = repository.folder / "LICENSE"
    license_file.write_text("another")
    assert "LICENSE differs from the last commit" in repository.release(code=1)
    repository.commit()
    assert "raise the version" in repository.release(code=1)
    repository.raise_version("0.9.0")
    repository.commit()
    repository.release()
    assert git("rev-parse", "release^") == first
    assert git("show", "release:LICENSE") == "another"
    assert git("log", "-1", "--format=%s", "release") == "0.9.0"
    assert git("branch", "--show-current") == "main"
    assert git("status", "--porcelain") == ""


def test_elsewhere_the_branch_of_origin_goes_on_and_strangers_release_nothing(
    tmp_path: Path,
) -> None:
    repository = Repository(tmp_path / "clone")
    git = repository.git
    manifest = repository.folder / "plugin" / "plugin.json"
    written = manifest.read_text()
    manifest.write_text(f"{written},")
    assert f"{manifest}: Extra data: line " in repository.release(code=1)
    manifest.write_text(written)
    told = repository.release(code=1, GITHUB_REPOSITORY="somebody/fastapi-pro")
    assert f"this is somebody/fastapi-pro, not {NAME}" in told
    repository.release(GITHUB_REPOSITORY=NAME)
    first = git("rev-parse", "release")
    git("update-ref", "refs/remotes/origin/release", first)
    git("branch", "-D", "release")
    repository.raise_version("0.9.0")
    repository.commit()
    repository.release()
    assert git("rev-parse", "release^") == first


def test_the_workflow_pushes_the_branch(tmp_path: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    script = workflow["jobs"]["branch"]["steps"][-1]["run"]
    repository = Repository(tmp_path / "clone")
    repository.git("init", "-q", "--bare", str(tmp_path / "origin"))
    repository.git("remote", "add", "origin", str(tmp_path / "origin"))
    (tmp_path / "bin").mkdir()
    for name, line in {"gh": ":", "python": f'exec {sys.executable} "$@"'}.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"HOME": str(tmp_path), "PATH": path}
    subprocess.run(["bash", "-e", "-c", script], cwd=repository.folder, env=environment, check=True)
    [line] = repository.git("ls-remote", "origin").splitlines()
    assert line.split() == [repository.git("rev-parse", "release"), "refs/heads/release"]
