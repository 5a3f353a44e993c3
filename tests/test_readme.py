"""What a visitor sees: commands that run, links that lead somewhere, tables that are true."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from fastapi_pro import __version__
from fastapi_pro.cli import validate
from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import load_rules
from fastapi_pro.validating.fences import find_fences
from maintain import build
from maintain.commands import COMMANDS
from maintain.surveying.skills import read_pages
from tests.distribution.checkout import tree
from tests.support.projects import needs_uv

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/ci.md",
    "docs/measurements.md",
    "docs/validate.md",
]
# Commands that other tests run, or that run the tests.
ELSEWHERE = {
    "pip install uv && uv run scripts/maintain.py show": "tests/building, tests/validation",
    "pip install uv && uv run pytest -n 3 --dist worksteal --cov": "this test run",
    'uvx "fastapi-pro[validate]" validate path/to/skills': "tests/distribution/test_wheel.py",
    "claude plugin install fastapi-pro --marketplace OWNER/fastapi-pro#release": "tests/client",
    "npx skills add OWNER/fastapi-pro#release": "tests/client",
}


def shell_lines(text: str) -> list[str]:
    """Return the lines of the shell blocks of a page."""
    lines = text.split("\n")
    fences = [fence for fence in find_fences(text) if fence.language == "shell"]
    return [line for fence in fences for line in lines[fence.start + 1 : fence.end]]


def sections(text: str) -> dict[str, str]:
    """Return what stands below each heading of the second level."""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def place(tmp_path: Path, made: Path) -> Path:
    """A folder with a small service, beside an empty home and a uvx that has our wheel."""
    shutil.copytree(ROOT / "docs" / "example", tmp_path / "place" / "path" / "to" / "service")
    for name in ("home", "bin"):
        (tmp_path / name).mkdir()
    uvx = tmp_path / "bin" / "uvx"
    uvx.write_text(f'#!/bin/sh\nexec {made}/venv/bin/"$@"\n')
    uvx.chmod(0o755)
    return tmp_path / "place"


def run(line: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a reader's shell does, with nothing but uvx on its path."""
    environment = {"HOME": str(place.parent / "home"), "PATH": str(place.parent / "bin")}
    environment["XDG_CACHE_HOME"] = str(place.parent / "cache")  # what the audit compiles
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=place, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_command_of_the_readme_is_run_by_a_test() -> None:
    lines = shell_lines(README)
    assert set(ELSEWHERE) <= set(lines)
    ours = [line for line in lines if line not in ELSEWHERE]
    assert all(line.startswith("uvx fastapi-pro ") for line in ours)
    assert {line.split()[2] for line in ours} == {"audit", "install", "new", "rules"}


@pytest.mark.slow
@needs_uv
def test_install_new_audit_and_rules_work_without_a_clone(place: Path) -> None:
    home = place.parent / "home"
    before = tree(home)
    for line in dict.fromkeys(shell_lines(README)):
        if line in ELSEWHERE:
            continue
        done = run(line, place)
        has_findings = line.endswith("path/to/service")
        assert done.returncode == int(has_findings), line + done.stdout + done.stderr
        if line == "uvx fastapi-pro install":
            skills = home / ".claude" / "skills"
            assert (skills / "fastapi-pro" / "SKILL.md").is_file()
            assert (skills / "fastapi-new" / "SKILL.md").is_file()
    assert tree(home) == before
    assert (place / "shop" / "app" / "main.py").is_file()


@needs_uv
def test_the_options_that_the_readme_names_exist(place: Path) -> None:
    told = sections(README) | {"CI": (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")}
    for heading, command in [("Install", "install"), ("Start a service", "new"),
                             ("Review a code base", "audit"), ("CI", "audit")]:  # fmt: skip
        options = set(re.findall(r"`(--[a-z-]+)", told[heading]))
        usage = run(f"uvx fastapi-pro {command} --help", place).stdout
        assert options
        assert all(re.search(rf"(?<![\w-]){option}\b", usage) for option in options)


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md"])
def test_what_ci_and_hooks_are_told_to_use_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    [repo], steps = (_items(block) for block in blocks)
    known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for hook in repo["hooks"]} <= known
    [step] = [step for step in steps if "/fastapi-pro@" in step["uses"]]
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert all(inputs[name]["default"] == value for name, value in step["with"].items())
    assert {repo["rev"], step["uses"].partition("@")[2]} == {f"v{__version__}"}


def test_the_page_on_validate_names_its_command_its_options_and_its_hook(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (ROOT / "docs" / "validate.md").read_text(encoding="utf-8")
    assert shell_lines(text)[0] in shell_lines(README)
    [[repo], *_] = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert repo["rev"] == f"v{__version__}"
    assert repo["hooks"] == [{"id": "fastapi-pro-validate"}]
    with pytest.raises(SystemExit):
        validate.main(["--help"])
    usage = capsys.readouterr().out
    for page in (text.partition("## The codes")[0], sections(README)["Check skills"]):
        options = set(re.findall(r"`(--[a-z-]+)", page))
        assert {"--fix", "--try"} <= options
        assert all(f" {option} " in usage or f"[{option} " in usage for option in options)


def _items(block: Any) -> list[Any]:
    """Return the list that a block is, or that stands somewhere in it."""
    found: list[Any] = block if isinstance(block, list) else []
    for value in block.values() if isinstance(block, dict) else ():
        found = found or _items(value)
    return found


def test_the_page_on_ci_names_all_hooks_inputs_and_outputs() -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert set(re.findall(r"fastapi-pro-\w+", text)) == {hook["id"] for hook in hooks}
    args = re.search(r"args: \[(.*?)\]", text)
    assert args is not None
    assert [args[1]] == hooks[0]["args"]
    rows = re.findall(r"^\| `([\w-]+)` \| (?:`(.*?)`)?", text, re.MULTILINE)
    assert dict(rows) == {
        **{name: told["default"] for name, told in action["inputs"].items()},
        **dict.fromkeys(action["outputs"], ""),
    }


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    tokens = MarkdownIt("commonmark").parse(text)
    heads = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "heading_open"]
    texts = ["".join(part.content for part in head.children or []) for head in heads]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in texts}


@pytest.mark.parametrize("page", PAGES)
def test_the_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    text = re.sub(r"^(```+).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    own = [target for target in targets if not target.startswith("https://")]
    known: dict[Path, set[str]] = {}
    for target in own:
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor:
            if file not in known:
                known[file] = anchors(file.read_text(encoding="utf-8"))
            assert anchor in known[file], target


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_files_that_it_names_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    folders = "scripts|fastapi_pro|maintain|snippets|tests|docs|skills|references"
    named = set(re.findall(rf"`(?:uv run |python )?((?:{folders})/[\w./-]*)", text))
    made_up = ("SLUG", "NAME", "value_with_204")  # by tests/test_contributing.py
    paths = {path for path in named if not any(word in path for word in made_up)}
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_script_is_in_the_list_of_what_is_where() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    scripts = {path.name for path in (ROOT / "scripts").glob("*.py")}
    assert {name for name in scripts if f"`scripts/{name}`" not in text} == set()
    assert {name for name in COMMANDS if f"`{name}`" not in text} == set()


def test_the_rules_are_counted() -> None:
    rules = load_rules(RULES)
    audited = sum(not rule.unseen for rule in rules)
    told = (
        f"There are [{len(rules)} rules](references/rules.md); the audit finds {audited} of them."
    )
    assert told in README


def test_the_table_of_skills_counts_our_blocks_as_they_are() -> None:
    blocks = len(read_pages(ROOT).python)
    survey = json.loads((ROOT / "docs" / "survey.json").read_text(encoding="utf-8"))
    ours = survey["skills"]["fastapi-pro"]
    assert (ours["blocks"], ours["compile"]) == (blocks, blocks)
    assert ours["run"] >= blocks - 15  # models, env.py, alternatives, as the README says
    measured = (ROOT / "docs" / "measurements.md").read_text(encoding="utf-8")
    assert f"| fastapi-pro | {blocks} | {blocks} | {ours['run']} |" in measured


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("<!-- survey -->\n", "the part has no end; write <!-- end -->"),
        ("<!-- survey -->\n<!-- end -->\n", "write it with scripts/maintain.py survey --write"),
    ],
)
def test_a_survey_that_cannot_be_shown_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str, message: str
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "survey.json").write_text('{"topics": []}')
    (tmp_path / "snippets").mkdir()
    (tmp_path / "SKILL.md").write_text(part)
    assert build.main(["--root", str(tmp_path)]) == 1
    assert message in capsys.readouterr().out
    assert (tmp_path / "SKILL.md").read_text() == part


def test_a_visitor_has_it_soon() -> None:
    """The problem, a picture and the command that installs, on the first screen or two."""
    head = README[: README.index("uvx fastapi-pro install")]
    assert "docs/audit.svg" in head
    assert len(head.splitlines()) < 20
    assert len(head.split()) < 170
    assert len(README.split()) <= 1800
