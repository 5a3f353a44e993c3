"""The main skill in the client: listed where Python is at hand, loaded when it is called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.npm_clients import Clients
from tests.client.turns import BODY, DESCRIPTION, call, read, write
from tests.distribution.checkout import ROOT, install

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SKILL = "fastapi-pro"
Step = Callable[[Path], dict[str, object]]


@pytest.mark.parametrize("place", ["--user", "--project"])
@pytest.mark.parametrize(
    ("step", "file", "is_listed"),
    [(read, "app/main.py", True), (write, "app/new.py", True), (read, "package.json", False)],
    ids=["read of Python", "write of Python", "read of JSON"],
)
def test_it_is_listed_once_python_is_read_or_written(  # noqa: PLR0913 -- a table of two sides
    clients: Clients, project: Path, place: str, step: Step, file: str, *, is_listed: bool
) -> None:
    arguments = [place, project] if place == "--project" else [place]
    install(ROOT, *arguments, HOME=str(clients.home))
    before, after = clients.talk("hello", project, step(project / file))
    assert DESCRIPTION not in before
    assert (DESCRIPTION in after) == is_listed
    assert "## Critical rules" not in after


def test_called_it_is_loaded_whole_with_its_folder_in_place(
    clients: Clients, project: Path
) -> None:
    """The client asks its user before a skill that allows tools; here they said yes."""
    install(ROOT, "--project", project)
    folder = project / ".claude" / "skills" / "fastapi-pro"
    turns = [read(project / "app" / "main.py"), call(SKILL)]
    *_, loaded = clients.talk("hello", project, *turns, approved=[f"Skill({SKILL})"])
    assert BODY.strip().replace("${CLAUDE_SKILL_DIR}", str(folder)) in loaded
    assert "${CLAUDE_" not in loaded
    assert "$ARGUMENTS" not in loaded


def test_before_a_match_the_user_cannot_call_it(clients: Clients, project: Path) -> None:
    """That is what the two small skills are for."""
    install(ROOT, "--project", project)
    [request] = clients.talk(f"/{SKILL}", project)
    assert "## Critical rules" not in request
