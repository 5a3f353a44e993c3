"""The GitHub action: valid, without other people's text in its shell, and run as a runner would."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.audit.repository import ANOTHER, HELD
from tests.distribution.checkout import ROOT
from tests.support.git import commit_all, git

ACTION = ROOT / "action.yml"
TEXT = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
[STEP] = TEXT["runs"]["steps"]
FOLDER = "services/ä shop"
ZEROS = "0" * 40


def test_the_action_is_valid_by_schema_and_the_security_linter_finds_nothing() -> None:
    check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    subprocess.run([sys.executable, *check, ACTION], check=True)
    subprocess.run(["zizmor", "--offline", "--persona", "pedantic", ACTION], check=True)


def test_its_shell_has_nothing_but_variables() -> None:
    assert "${{" not in STEP["run"]
    inputs = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", "\n".join(STEP["env"].values())))
    assert inputs == set(TEXT["inputs"])
    written = set(re.findall(r'echo "(\w+)=', STEP["run"]))
    assert written == set(TEXT["outputs"])


def commit(folder: Path, name: str, text: str) -> str:
    file = folder / FOLDER / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    commit_all(folder, name)
    return git(folder, "rev-parse", "HEAD")


class Origin(NamedTuple):
    """A repository with a pull request: it brings one fault, and `main` another since then."""

    url: str
    before: str
    main: str
    head: str
    merge: str


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    folder = tmp_path_factory.mktemp("action") / "origin"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub
    before = commit(folder, "api.py", HELD)
    git(folder, "switch", "-qc", "topic")
    commit(folder, "README.md", "more\n")
    head = commit(folder, "api.py", HELD + ANOTHER)
    git(folder, "switch", "-q", "main")
    main = commit(folder, "other.py", HELD)
    git(folder, "switch", "-q", "--detach")
    git(folder, "merge", "-q", "--no-edit", "topic")
    git(folder, "update-ref", "refs/pull/1/merge", "HEAD")
    merge = git(folder, "rev-parse", "HEAD")
    git(folder, "switch", "-q", "main")
    return Origin(folder.as_uri(), before, main, head, merge)


class Done(NamedTuple):
    """What the step wrote, and its exit code."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    def places(self) -> list[str]:
        """Return where the annotations are."""
        return re.findall(r"^::error file=([^,]*,line=\d+)", self.log, re.MULTILINE)


class Checkout:
    """A clone of one commit, as actions/checkout makes it, and the step run in it."""

    def __init__(self, folder: Path, origin: Origin, commit: str, *depth: str) -> None:
        self.folder, self.runner = folder / "checkout", folder / "runner"
        self.folder.mkdir()
        self.runner.mkdir()
        git(self.folder, "init", "-q")
        git(self.folder, "remote", "add", "origin", origin.url)
        git(self.folder, "fetch", "-q", "--no-tags", *depth, "origin", commit)
        git(self.folder, "checkout", "-q", "--detach", "FETCH_HEAD")

    def run(self, **variables: str) -> Done:
        """Run the step; variables not given are those of an event that has no base."""
        output, summary = self.runner / "output", self.runner / "summary"
        given = dict.fromkeys(STEP["env"], "") | {
            "FOLDER": FOLDER, "FAIL_ON": TEXT["inputs"]["fail-on"]["default"],
            "PYTHON": sys.executable, "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.runner), "XDG_CACHE_HOME": str(self.runner / "cache"),
        }  # fmt: skip
        script = self.runner / "step.sh"
        script.write_text(STEP["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.folder, env={"PATH": os.environ["PATH"], **given, **variables},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = output.read_text().splitlines() if output.exists() else []
        told = summary.read_text() if summary.exists() else ""
        pairs = dict(line.split("=", 1) for line in lines)
        return Done(done.returncode, done.stdout + done.stderr, pairs, told)


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 2])
def test_of_a_pull_request_it_annotates_what_it_brings(
    origin: Origin, tmp_path: Path, depth: int
) -> None:
    checkout = Checkout(tmp_path, origin, "refs/pull/1/merge", f"--depth={depth}")
    done = checkout.run(PULL_HEAD=origin.head, EVENT_BASE=origin.before)
    assert done.places() == [f"{FOLDER}/api.py,line=9"], done.log
    assert (done.code, done.outputs["findings"]) == (0, "1")
    log = json.loads(Path(done.outputs["sarif"]).read_text())
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["blocking-call-in-async"]
    assert done.summary.startswith("### fastapi-pro: 1 new\n```text\nIt shows with many requests")
    assert done.summary.endswith("\n```\n")
    assert git(checkout.folder, "status", "--porcelain") == ""


@pytest.mark.parametrize("variable", ["EVENT_BASE", "BASE"])
def test_of_the_branch_itself_it_annotates_what_is_new_since_it_left(
    origin: Origin, tmp_path: Path, variable: str
) -> None:
    checkout = Checkout(tmp_path, origin, origin.head, "--depth=1")
    base = {"EVENT_BASE": origin.main, "BASE": "origin/main"}[variable]
    done = checkout.run(PULL_HEAD=origin.head, **{variable: base})
    assert done.places() == [f"{FOLDER}/api.py,line=9"], done.log


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", ZEROS, "1" * 40], ids=["none", "a new branch", "gone"])
def test_without_a_base_it_compares_with_the_default_branch(
    origin: Origin, tmp_path: Path, before: str
) -> None:
    checkout = Checkout(tmp_path, origin, "topic", "--depth=1")
    done = checkout.run(EVENT_BASE=before, DEFAULT_BRANCH="main")
    assert done.places() == [f"{FOLDER}/api.py,line=9"], done.log


def test_the_base_may_have_any_name_that_git_takes(origin: Origin, tmp_path: Path) -> None:
    name = """o'brien/"$(touch${IFS}x)";`id`&ü"""
    git(Path(origin.url.removeprefix("file://")), "branch", "-f", name, origin.before)
    done = Checkout(tmp_path, origin, "topic", "--depth=1").run(BASE=name)
    assert done.places() == [f"{FOLDER}/api.py,line=9"], done.log


def test_of_a_push_it_annotates_what_was_pushed(origin: Origin, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, origin, "main", "--depth=1")
    done = checkout.run(EVENT_BASE=origin.before)
    assert done.places() == [f"{FOLDER}/other.py,line=6"], done.log


def test_nothing_new_is_told_in_the_summary(origin: Origin, tmp_path: Path) -> None:
    done = Checkout(tmp_path, origin, "main").run(BASE=origin.main, FAIL_ON="low")
    assert (done.code, done.outputs["findings"], done.places()) == (0, "0", []), done.log
    assert "Found new since" in done.summary


def test_findings_fail_the_step_where_that_is_asked_for(origin: Origin, tmp_path: Path) -> None:
    checkout = Checkout(tmp_path, origin, "refs/pull/1/merge", "--depth=2")
    done = checkout.run(PULL_HEAD=origin.head, FAIL_ON="high")
    assert (done.code, done.outputs["findings"]) == (1, "1"), done.log


@pytest.mark.parametrize(
    ("variables", "code", "says"),
    [
        ({}, 1, "::error title=fastapi-pro::set base: nothing says what to compare with"),
        ({"BASE": "--upload-pack=touch x"}, 1, "set base: nothing says"),
        ({"BASE": "nowhere"}, 1, "fastapi-pro::set base to a branch or commit of origin, or give"),
        ({"EVENT_BASE": "1" * 40}, 1, "set base: nothing says what to compare with"),
        ({"BASE": "main", "FAIL_ON": "severe"}, 2, "invalid choice: 'severe'"),
        ({"FOLDER": "nowhere"}, 1, "::error title=fastapi-pro::set path: there is no such folder"),
        ({"FOLDER": "/"}, 1, "there is no commit here: run actions/checkout first"),
    ],
)
def test_what_is_missing_is_told(
    origin: Origin, tmp_path: Path, variables: dict[str, str], code: int, says: str
) -> None:
    done = Checkout(tmp_path, origin, "main").run(**variables)
    assert says in done.log
    assert done.code == code
    assert done.outputs == {}
