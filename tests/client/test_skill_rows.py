"""The rows of `tests/validation/skill_rows/`, asked of the real client in one start.

With `--whole` they are asked of an older client, too, which does not change any more.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.client.npm_clients import Clients
from tests.client.standin import standin
from tests.client.turns import call, read, run
from tests.validation.skill_rows import ROWS
from tests.validation.skill_rows.body import FOLDER
from tests.validation.skill_rows.row import ANY, ARGUMENTS, Row

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LISTED = re.compile(r"^- (?P<name>[\w-]+)(?P<rest>(?: \(|: ).*(?:\n(?!- |\n).*)*)", re.MULTILINE)
"""A skill in a listing, over several lines where its description has them."""


@dataclass(frozen=True)
class Seen:
    """What a client did with all rows: the requests in order, who may type what, the log."""

    started: dict[str, str]
    loaded: str
    after_shut: dict[str, str]
    after_all: dict[str, str]
    typed: list[str]
    log: str

    def contradictions(self, row: Row, folder: Path) -> Iterator[str]:
        """Yield in what the client does not do what the row says."""
        listed, typed = self.started.get(row.name), row.name in self.typed
        wanted = f": {row.listed}" if row.listed and row.listed[0] != " " else row.listed
        if listed != wanted:
            yield f"it lists {listed!r}, not {wanted!r}"
        if typed != row.typed:
            yield f"/{row.name} is {'' if typed else 'not '}there"
        if row.loaded is not None:
            found = self.loaded.partition(f"Base directory for this skill: {folder}\n\n")[2]
            if not found.startswith(row.loaded.replace(FOLDER, str(folder))):
                yield f"it loads {found[:200]!r}"
        if row.granted is not None and (folder.parents[2] / row.name).exists() != row.granted:
            yield f"it may {'not ' if row.granted else ''}run mkdir"
        if listed is None and row.opens != ANY and row.name in self.after_shut:
            yield f"a Read of {row.shut} opens it"
        elif listed is None and (row.name in self.after_all) != bool(row.opens):
            yield f"a Read of {row.opens} does {'not ' if row.opens else ''}open it"
        if row.says not in self.log:
            yield f"the log does not say {row.says!r}"


def ask(clients: Clients, rows: list[Row], place: Path) -> list[str]:
    """Start the client once; return in what it contradicts the rows, and the checks they name."""
    project = place / "project"
    folders = [row.write(project).parent for row in rows]
    shut = [ANY, *(name for row in rows for name in row.shut)]
    opened = [row.opens for row in rows if row.opens not in (None, ANY)]
    granted = [row.name for row in rows if row.granted is not None]
    calls = [call(row.name, ARGUMENTS) for row in rows if row.loaded or row.name in granted]
    runs = [run(f"mkdir {name}") for name in granted]
    first_turns = [calls, runs] if runs else [calls]
    reads = [
        read(project / name) for name in [*shut, *opened] if name
    ]  # of Reads at once it heeds one
    arguments = ["--debug-file", place / "log", "--allowedTools", "Skill,Bash(echo:*)"]
    arguments += ["--output-format", "stream-json", "--verbose"]
    with standin([*first_turns, *reads]) as session:
        told = clients.run(
            "claude", *arguments, "-p", "hello", cwd=project,
            ANTHROPIC_BASE_URL=session.url, SLASH_COMMAND_TOOL_CHAR_BUDGET="500000",
        ).stdout  # fmt: skip
    first, second, *_ = session.requests
    after_shut = listing(session.requests[len(first_turns) + len(shut)])
    after_all = listing(session.requests[-1])
    typed = json.loads(told.partition("\n")[0])["slash_commands"]
    log = (place / "log").read_text()
    seen = Seen(listing(first), second, after_shut, after_all, typed, log)
    wrong: list[str] = []
    for row, folder in zip(rows, folders, strict=True):
        codes = ", ".join(row.errors + row.warnings + row.borne) or "no finding"
        wrong += [f"{row.name} ({codes}): {why}" for why in seen.contradictions(row, folder)]
    return wrong


def listing(request: str) -> dict[str, str]:
    """Return what follows the name of each skill that was listed so far."""
    return {found["name"]: found["rest"] for found in LISTED.finditer(request)}


def test_the_client_does_what_the_rows_say(clients: Clients, tmp_path: Path) -> None:
    wrong = ask(clients, ROWS, tmp_path)
    assert not wrong, "\n".join(wrong)


def test_an_older_client_did_what_the_rows_say(older_clients: Clients, tmp_path: Path) -> None:
    wrong = ask(older_clients, [row.in_older() for row in ROWS], tmp_path)
    assert not wrong, "\n".join(wrong)
