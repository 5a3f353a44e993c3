"""The plugin's Stop hook in the client: it lets the assistant go on once, with what it broke."""

import json
from pathlib import Path

import pytest

from tests.client.npm_clients import Clients
from tests.client.turns import write
from tests.distribution.checkout import ROOT
from tests.support.git import commit_all

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BAD = (ROOT / "snippets" / "rules" / "blocking_call_in_async" / "bad.py").read_text()
FEEDBACK = "Stop hook feedback"
OFF = {"pluginConfigs": {"fastapi-pro@fastapi-pro": {"options": {"audit_on_stop": False}}}}


@pytest.fixture
def committed(project: Path) -> Path:
    """A small FastAPI project in git."""
    commit_all(project)
    return project


def test_it_lets_the_assistant_go_on_once(with_plugin: Clients, committed: Path) -> None:
    """The stand-in mends nothing: the hook lets it stop then."""
    turn = write(committed / "app" / "prices.py", BAD)
    *before, last = with_plugin.talk("hello", committed, turn, stops=2)
    assert FEEDBACK not in "".join(before)
    told = last.rpartition(FEEDBACK)[2]
    assert "app/prices.py:" in told
    assert "blocking-call-in-async [high]" in told
    assert "consequence: " in told
    assert "fix: " in told


def test_what_was_there_before_and_what_is_right_does_not_keep_it(
    with_plugin: Clients, committed: Path
) -> None:
    (committed / "app" / "prices.py").write_text(BAD)
    commit_all(committed)
    with_plugin.talk("hello", committed, write(committed / "app" / "new.py"))


def test_switched_off_it_is_silent(with_plugin: Clients, committed: Path) -> None:
    turn = write(committed / "app" / "prices.py", BAD)
    with_plugin.talk("hello", committed, turn, settings=json.dumps(OFF))
