"""/fastapi-new and /fastapi-review in the client, where the main skill is not even listed."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from fastapi_pro.rulebook import folder_name
from tests.client.npm_clients import Clients
from tests.client.turns import call, named_command
from tests.distribution.checkout import ROOT, install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def empty_with_skills(empty: Path, clients: Clients) -> Path:
    """An empty folder, of a user who has installed the skills."""
    install(ROOT, "--user", HOME=str(clients.home))
    return empty


def test_they_cost_nothing_before_they_are_called(
    clients: Clients, empty_with_skills: Path
) -> None:
    [request] = clients.talk("hello", empty_with_skills)
    assert "fastapi" not in request


def test_fastapi_new_makes_a_project_in_an_empty_folder(
    clients: Clients, empty_with_skills: Path
) -> None:
    """The command that the skill names, with the user's words in it, is permitted by the skill."""
    loaded, done = clients.talk("/fastapi-new shop", empty_with_skills, named_command)
    command = named_command(loaded)["input"]["command"]
    assert shlex.split(command)[-2:] == ["new", "shop"]
    assert "${CLAUDE_" not in loaded
    assert "$ARGUMENTS" not in loaded
    assert (empty_with_skills / "shop" / "app" / "main.py").is_file()
    main_skill = clients.home / ".claude" / "skills" / "fastapi-pro" / "SKILL.md"
    assert f"The rules for all you add: {main_skill}" in done
    assert "uv run pytest" in done.removeprefix(loaded)


def test_fastapi_review_audits_the_folder(clients: Clients, empty_with_skills: Path) -> None:
    rule = "blocking-call-in-async"
    shutil.copy(
        ROOT / "snippets" / "rules" / folder_name(rule) / "bad.py", empty_with_skills / "service.py"
    )
    loaded, done = clients.talk("/fastapi-review", empty_with_skills, named_command)
    assert "# Review a FastAPI code base" in loaded
    assert re.search(rf"service\.py:\d+:\d+: {rule} \[high\]", done)


def test_fastapi_review_takes_a_path(clients: Clients, empty_with_skills: Path) -> None:
    (empty_with_skills / "api").mkdir()
    (empty_with_skills / "api" / "main.py").write_text("x = 1\n")
    _, done = clients.talk("/fastapi-review api", empty_with_skills, named_command)
    assert "no findings in 1 file" in done


@pytest.mark.parametrize("skill", ["fastapi-new", "fastapi-review"])
def test_the_model_cannot_call_them(clients: Clients, empty_with_skills: Path, skill: str) -> None:
    turn = call(skill)
    _, answer = clients.talk("hello", empty_with_skills, turn, approved=[f"Skill({skill})"])
    assert "run.sh" not in answer
