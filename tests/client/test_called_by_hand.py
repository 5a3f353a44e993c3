"""fastapi-new and fastapi-review in the client, where the main skill is not even listed.

The user calls them by hand, or the model does, if its user agrees.
"""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from fastapi_pro.rulebook import folder_name
from tests.client.npm_clients import Clients
from tests.client.turns import MANUAL, call, description, named_command
from tests.distribution.checkout import ROOT, install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def empty_with_skills(empty: Path, clients: Clients) -> Path:
    """An empty folder, of a user who has installed the skills."""
    install(ROOT, "--user", HOME=str(clients.home))
    return empty


def test_from_the_start_they_are_a_line_each(clients: Clients, empty_with_skills: Path) -> None:
    [request] = clients.talk("start a service", empty_with_skills)
    listed = [line for line in request.split("\n") if "fastapi" in line]
    assert listed == [f"- {skill}: {description(skill)}" for skill in MANUAL]


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
    assert f"The rules for all code that you add: {main_skill}" in done
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


@pytest.mark.parametrize("skill", MANUAL)
def test_called_by_the_model_its_user_is_asked_first(
    clients: Clients, empty_with_skills: Path, skill: str
) -> None:
    """As it allows tools; in a run where nobody can be asked, that is a refusal."""
    asked, answer = clients.talk("hello", empty_with_skills, call(skill))
    told = answer.removeprefix(asked)
    assert f"Execute skill: {skill}. The user can add the allow rule Skill({skill})" in told
    assert "# " not in told


def test_called_by_the_model_with_words_and_agreed_to_it_works(
    clients: Clients, empty_with_skills: Path
) -> None:
    turns = [call("fastapi-new", "shop"), named_command]
    *_, done = clients.talk(
        "start a shop", empty_with_skills, *turns, approved=["Skill(fastapi-new)"]
    )
    assert (empty_with_skills / "shop" / "app" / "main.py").is_file()
    assert "$ARGUMENTS" not in done


def test_called_by_the_model_without_words_it_audits_the_folder(
    clients: Clients, empty_with_skills: Path
) -> None:
    (empty_with_skills / "main.py").write_text("x = 1\n")
    turns = [call("fastapi-review"), named_command]
    *_, done = clients.talk(
        "review this", empty_with_skills, *turns, approved=["Skill(fastapi-review)"]
    )
    assert "no findings in 1 file" in done
