"""SKILL.md and its pages: what they cost, what they promise, and that every block runs."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec
from rs_bpe.bpe import openai

from tests.support.alone import alone, run
from tests.support.pages import PAGES, ROOT, blocks

TEXT = PAGES[0].read_text(encoding="utf-8")
_, FRONT_MATTER, BODY = re.split(r"^---\n", TEXT, maxsplit=2, flags=re.MULTILINE)
FIELDS = yaml.safe_load(FRONT_MATTER)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_body_is_within_its_budget() -> None:
    assert len(BODY) / 4 <= 5000
    assert openai.o200k_base().count(BODY) <= 5000
    assert len(BODY.splitlines()) <= 500


def test_the_first_1500_tokens_hold_all_critical_rules() -> None:
    rules = re.search(r"^## Critical rules\n(.*?)^## ", BODY, re.MULTILINE | re.DOTALL)
    assert rules is not None
    assert rules.end() / 4 <= 1500


def listed(file: Path) -> str:
    """Return what the client lists of a skill, without its name."""
    fields = yaml.safe_load(file.read_text(encoding="utf-8").split("---\n")[1])
    return f"{fields['description']} {fields.get('when_to_use', '')}".strip()


LISTED = [
    listed(file) for file in (ROOT / "SKILL.md", *sorted((ROOT / "skills").glob("*/SKILL.md")))
]


@pytest.mark.parametrize("text", LISTED, ids=lambda text: text[:20])
def test_a_description_says_what_it_does_and_when_and_names_no_other_skill(text: str) -> None:
    assert re.match(r"(Guides|Starts|Reviews) [\w ]*FastAPI", text)  # third person, FastAPI first
    assert re.search(r" Use when [^.]*FastAPI", text)
    assert re.findall(r"[a-z]+(?:-[a-z0-9]+)+", text) == []  # as skills are called


def test_the_symptoms_that_are_listed_are_those_that_a_rule_explains() -> None:
    told = "\n".join(
        page.read_text(encoding="utf-8") for page in (ROOT / "references").rglob("*.md")
    )
    symptoms = [
        "QueuePool limit", "MissingGreenlet", "attached to a different", "was never awaited",
    ]  # fmt: skip
    assert [symptom for symptom in symptoms if symptom not in LISTED[0]] == []
    assert [symptom for symptom in symptoms if symptom not in BODY + told] == []


SEED_MEANT = [
    "**/*.py",
    "**/requirements*.txt",
    "**/pyproject.toml",
    "**/main.py",
    "**/app/**/*.py",
]
segment = st.sampled_from(
    ["app", "main.py", "x.py", "requirements.txt", "requirements", "requirements-dev.txt",
     "dev.txt", "pyproject.toml", "package.json", "src", ".hidden.py", "app.py", "Main.PY"]
)  # fmt: skip


@given(st.lists(segment, min_size=1, max_size=5).map("/".join))
def test_three_globs_cover_what_the_first_draft_meant_with_five(path: str) -> None:
    three = GitIgnoreSpec.from_lines(FIELDS["paths"])
    five = GitIgnoreSpec.from_lines(SEED_MEANT)
    assert three.match_file(path) == five.match_file(path)


def test_only_commands_that_the_skill_names_are_allowed() -> None:
    commands = re.findall(r"Bash\((.*?)\)", FIELDS["allowed-tools"])
    assert commands
    for command in commands:
        assert command.removesuffix(" *") in BODY
    assert not re.search(r"\bBash\b(?!\()", FIELDS["allowed-tools"])


@pytest.mark.parametrize(
    ("heading", "kind"), [("Critical rules", "critical"), ("Pitfalls", "pitfalls")]
)
def test_no_sentence_on_rules_stands_without_a_rule(heading: str, kind: str) -> None:
    section = re.search(rf"^## {heading}\n(.*?)^## ", BODY, re.MULTILINE | re.DOTALL)
    assert section is not None
    begin, end = f"<!-- rules {kind} -->", "<!-- end -->"
    assert section[1].strip().startswith(begin)
    assert section[1].strip().endswith(end)
    assert section[1].count(begin) == section[1].count(end) == 1


def test_every_page_is_named_and_says_when_to_read_it() -> None:
    for page in PAGES[1:]:
        assert f"\n- `{page.stem}`: " in BODY
        assert re.search(r"^Read this ", page.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_layers_stand_in_the_order_in_which_they_know_each_other() -> None:
    section = re.search(r"^## Project layout\n(.*?)^## ", BODY, re.MULTILINE | re.DOTALL)
    assert section is not None
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    [layers] = [c["layers"] for c in contracts if "app.main" in c.get("layers", ())]
    names = [name.removeprefix("app.") for layer in layers for name in layer.split(" | ")]
    named = [name for name in re.findall(r"`(\w+)(?:\.py)?`", section[1]) if name in names]
    assert named == names


def minor(text: str) -> str:
    """Return the first two numbers of a version."""
    return ".".join(text.split(".")[:2])


def test_the_versions_named_are_those_of_this_run_and_of_pyproject() -> None:
    line = next(line for line in BODY.splitlines() if line.startswith("Proven on "))
    proven, floor = line.split("the floor is")
    until = PYPROJECT["tool"]["uv"]["exclude-newer"][:10]
    assert proven.startswith(f"Proven on {until} with ")
    for package, named in re.findall(r"(fastapi|sqlalchemy|pydantic) ([\d.]+\d)", proven):
        assert minor(version(package)) == named
    requirements = "\n".join(PYPROJECT["dependency-groups"]["service"])
    named = re.findall(r"(fastapi|sqlalchemy|pydantic) ([\d.]+\d)", floor)
    assert len(named) == 3
    for package, lowest in named:
        assert re.search(rf"^{package}(\[\w+\])?>={re.escape(lowest)}$", requirements, re.MULTILINE)


def test_the_services_requirements_are_bounds_of_the_project_too() -> None:
    """`max_body_size=` needs a newer FastAPI than the rest."""
    ours = set(PYPROJECT["dependency-groups"]["service"])
    project = tomllib.loads((ROOT / "snippets" / "project" / "pyproject.toml").read_text())
    service = {entry.partition(",")[0] for entry in project["project"]["dependencies"]}
    assert service - ours == {"fastapi>=0.164"}


def test_the_pytest_options_shown_are_our_own() -> None:
    [text] = [text for source, text in blocks("toml").values() if not source]
    shown = tomllib.loads(text)["tool"]["pytest"]
    ours = PYPROJECT["tool"]["pytest"]
    for option in shown.keys() - {"pythonpath", "filterwarnings"}:
        assert shown[option] == ours[option]
    assert shown["filterwarnings"] == ours["filterwarnings"][:1]


PYTHON = blocks("python")
# The blocks of recipes are run by tests/test_recipes.py, in projects that have the recipe.
OTHERS = {
    place: block for place, block in PYTHON.items() if not block[0].startswith("snippets/recipes/")
}


@pytest.fixture(scope="module")
def executor() -> Iterator[ProcessPoolExecutor]:
    """An executor, each of whose tasks has a new process to itself."""
    with alone() as executor:
        yield executor


@pytest.mark.parametrize(("source", "code"), OTHERS.values(), ids=OTHERS.keys())
def test_every_python_block_runs_alone(
    source: str, code: str, tmp_path: Path, executor: ProcessPoolExecutor
) -> None:
    if "import op\n" in code or "import context\n" in code:
        pytest.skip("runs in Alembic's context: snippets/tests/test_migrations.py runs it")
    path, _, names = source.partition("#")
    if not names:  # a whole file is the module it was taken from, and is run as that
        code = "import " + re.sub(r"^snippets/(tests/)?|/__init__\.py$|\.py$", "", path).replace(
            "/", "."
        )
    executor.submit(run, code, tmp_path).result()


def test_a_block_that_needs_another_fails(tmp_path: Path, executor: ProcessPoolExecutor) -> None:
    executor.submit(run, "import app.main\nhere = 1", tmp_path).result()
    with pytest.raises(NameError, match="'here' is not defined"):
        executor.submit(run, "print(here)", tmp_path).result()
    executor.submit(run, "import sys\nassert 'app' not in sys.modules", tmp_path).result()


def test_no_python_block_has_an_undefined_or_an_unused_name(tmp_path: Path) -> None:
    for number, (_, code) in enumerate(PYTHON.values()):
        (tmp_path / f"block{number}.py").write_text(code + "\n", encoding="utf-8")
    subprocess.run(["ruff", "check", "--isolated", "--select=F", tmp_path], check=True)


def test_the_readme_counts_the_blocks_right() -> None:
    survey = json.loads((ROOT / "docs" / "survey.json").read_text(encoding="utf-8"))
    assert survey["skills"]["fastapi-pro"]["blocks"] == len(PYTHON)
