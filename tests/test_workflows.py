"""The workflows and hooks: valid, pinned, with few rights, and calling what is there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from maintain import matrix

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HOOKS = ROOT / ".pre-commit-config.yaml"


def jobs(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())
    return dict(found["jobs"])


def commands(job: dict[str, Any]) -> str:
    """Return what the steps of a job run."""
    return "\n".join(step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_the_workflow_is_valid_by_schema(file: Path) -> None:
    check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    subprocess.run([sys.executable, *check, file], check=True)


def test_the_security_linter_of_workflows_finds_nothing() -> None:
    subprocess.run(["zizmor", "--offline", "--persona", "pedantic", *WORKFLOWS], check=True)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_to_a_commit_and_jobs_end(file: Path) -> None:
    uses = [use for use in re.findall(r"uses: (.*)", file.read_text()) if not use.startswith("./ ")]
    assert uses
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", use) for use in uses)
    assert all(job["timeout-minutes"] <= 300 for job in jobs(file.name).values())


def test_the_workflow_of_new_projects_takes_the_same_commits() -> None:
    file = ROOT / "snippets" / "project" / "github" / "workflows" / "ci.yml"
    ours = {
        use for workflow in WORKFLOWS for use in re.findall(r"uses: (.*)", workflow.read_text())
    }
    theirs = set(re.findall(r"^ +- uses: (.*)", file.read_text(), re.MULTILINE))
    assert theirs
    assert theirs <= ours
    subprocess.run(["zizmor", "--offline", file], check=True)


def test_what_may_write_runs_none_of_the_libraries() -> None:
    for file in WORKFLOWS:
        for job in jobs(file.name).values():
            if job["permissions"] != {"contents": "read"}:
                assert "uv run" not in commands(job)
                assert ".ci/run" not in commands(job)


def test_what_puts_the_site_on_the_web_only_deploys_what_another_job_built() -> None:
    build, deploy = jobs("site.yml").values()
    assert "uv run scripts/maintain.py site dist/site" in commands(build)
    assert build["steps"][-1]["with"]["path"] == "dist/site"
    assert commands(deploy) == ""
    assert deploy["permissions"].keys() == {"id-token", "pages"}


def test_ci_runs_everything_on_each_python_and_the_rules_on_the_floor() -> None:
    everything, rules = jobs("ci.yml")["all"], jobs("ci.yml")["rules"]
    assert everything["steps"][-1]["run"] == ".ci/run"
    assert everything["strategy"]["matrix"]["python"] == list(matrix.PYTHONS)
    assert rules["steps"][-1]["run"] == "python scripts/maintain.py matrix"
    [pythons] = [step["with"]["python-version"] for step in rules["steps"]
                 if "setup-python" in step.get("uses", "")]  # fmt: skip
    assert tuple(pythons.split()) == matrix.PYTHONS


def test_the_weekly_run_leaves_nothing_to_a_sample_and_proves_the_rules_on_the_floor_too() -> None:
    command = (ROOT / ".ci" / "run").read_text().splitlines()[-1]
    weekly = jobs("weekly.yml")
    assert f"{command} --whole" in commands(weekly["prove"])
    assert "python scripts/maintain.py matrix" in commands(weekly["rules"])
    assert weekly["report"]["needs"] == ["prove", "rules"]


@pytest.mark.parametrize("file", [*WORKFLOWS, HOOKS], ids=lambda file: file.name)
def test_the_scripts_that_are_called_exist(file: Path) -> None:
    called = re.findall(r"(?:scripts/\w+\.py|\.ci/run)", file.read_text())
    assert called
    assert all((ROOT / script).is_file() for script in called)


def test_the_steps_are_sound_shell() -> None:
    for file in WORKFLOWS:
        for job in jobs(file.name).values():
            for step in job["steps"]:
                script = re.sub(r"\$\{\{.*?\}\}", "x", step.get("run", ""))
                subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_hooks_are_valid_and_checks_of_the_test_run() -> None:
    subprocess.run(["pre-commit", "validate-config", HOOKS], check=True)
    hooks = yaml.safe_load(HOOKS.read_text())["repos"][0]["hooks"]
    tested = (ROOT / "tests" / "test_repository.py").read_text()
    for hook in hooks:
        assert hook["entry"].removeprefix("uv run ").removeprefix("ruff ") in tested
