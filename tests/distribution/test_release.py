"""The release workflow: its steps, run with programs that stand in for pip, uv and gh."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from fastapi_pro import __version__
from tests.distribution.checkout import ROOT, copy_checkout
from tests.support.projects import needs_uv
from tests.support.wheel import SDIST, WHEEL

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
TAG = f"v{__version__}"
FILES = {SDIST, WHEEL, "fastapi-pro.skill", "SHA256SUMS"}

pytestmark = needs_uv


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    return found


@pytest.fixture
def runner(tmp_path: Path, made: Path) -> Path:
    """A checkout with an entry of the version in its changelog, and the programs beside it."""
    checkout = copy_checkout(tmp_path / "checkout")
    entry = f"# Changelog\n\n## [{__version__}] - 2026-11-29\n\n- What is new.\n"
    (checkout / "CHANGELOG.md").write_text(entry)
    programs = {
        "pip": 'test "$*" = "install uv"',
        "uv": f'test "$*" = "build --out-dir dist" && mkdir dist && cp {made}/fastapi_pro-* dist',
        "gh": f'printf "%s\\n" "$@" > {tmp_path}/called',
    }
    for name, what in programs.items():
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{what}\n")
        file.chmod(0o755)
    return checkout


def run_job(name: str, checkout: Path, tag: str = TAG) -> subprocess.CompletedProcess[str]:
    """Run the steps of a job as the runner does, to the first that fails."""
    path = f"{checkout.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "GITHUB_REF_NAME": tag}
    for step in jobs()[name]["steps"]:
        done = subprocess.run(
            ["bash", "-e", "-c", step.get("run", "")],
            cwd=checkout, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            break
    return done


@pytest.mark.slow
def test_what_is_built_is_released_with_its_sums_and_its_notes(runner: Path) -> None:
    done = run_job("build", runner)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (runner / "dist").iterdir()} == FILES
    subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=runner / "dist", check=True)
    assert (runner / "notes.md").read_text() == "- What is new.\n"
    assert run_job("github", runner).returncode == 0
    called = (runner.parent / "called").read_text().split("\n")
    assert called[:3] == ["release", "create", TAG]
    assert {f"dist/{name}" for name in FILES} < set(called)
    assert (runner / called[called.index("--notes-file") + 1]).is_file()


@pytest.mark.slow
def test_a_tag_that_is_not_the_versions_ends_it_before_anything_is_built(runner: Path) -> None:
    done = run_job("build", runner, "v9.9.9")
    assert done.returncode == 1
    assert "the tag is v9.9.9" in done.stderr
    assert not (runner / "dist").exists()


def test_the_artifacts_are_those_that_the_next_jobs_take() -> None:
    given = {
        step["with"]["name"]: step["with"]["path"].split()
        for step in jobs()["build"]["steps"]
        if "upload-artifact" in step.get("uses", "")
    }
    assert given == {"package": ["dist/*.whl", "dist/*.tar.gz"], "release": ["dist", "notes.md"]}
    for job, artifact in (("pypi", "package"), ("github", "release")):
        [taken] = [
            step["with"] for step in jobs()[job]["steps"] if "download" in step.get("uses", "")
        ]
        assert taken["name"] == artifact


def test_only_the_job_that_publishes_may_say_who_it_is_and_it_waits_for_the_tests() -> None:
    rights = {name: job["permissions"] for name, job in jobs().items()}
    assert [name for name in rights if "id-token" in rights[name]] == ["pypi"]
    assert rights["pypi"] == {"id-token": "write"}
    assert jobs()["pypi"]["environment"] == "pypi"
    assert rights["github"] == rights["branch"] == {"contents": "write"}
    for name in ("pypi", "github", "branch"):
        assert jobs()[name]["needs"] == ["test", "build"]
    assert jobs()["test"]["steps"][-1]["run"] == ".ci/run"
