"""The rows of `tests/validation/folder_rows.py`, asked of the real client in one start."""

from pathlib import Path

import pytest

from tests.client.npm_clients import Clients
from tests.client.standin import standin
from tests.validation.folder_rows import (
    MARKETPLACE_ENTRIES,
    MARKETPLACE_FIELDS,
    PLUGINS,
    PROJECTS,
    Row,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_client_loads_what_the_rows_say(clients: Clients, tmp_path: Path) -> None:
    plugins, project = tmp_path / "plugins", tmp_path / "project"
    arguments: list[str | Path] = ["--debug-file", tmp_path / "log"]
    for row in PLUGINS:
        row.write(plugins / row.name)
        arguments += ["--plugin-dir", plugins / row.name]
    for row in PROJECTS:
        row.write(project, plugin=False)
    with standin([]) as session:
        url = session.url
        clients.run("claude", *arguments, "-p", "hello", cwd=project, ANTHROPIC_BASE_URL=url)
        [request] = session.requests
    log = (tmp_path / "log").read_text()
    wrong = [_wrong(row, request, log, plugins / row.name) for row in [*PLUGINS, *PROJECTS]]
    assert not any(wrong), "\n".join(filter(None, wrong))


def _wrong(row: Row, request: str, log: str, folder: Path) -> str:
    """Return in what the client contradicts the row, with the checks that rest on it."""
    about = f"{row.name} ({', '.join(row.codes) or 'no finding'})"
    listing = request.split("\n")
    for text in row.listed:
        if not any(line.endswith(text) or f"{text} (" in line for line in listing):
            return f"{about}: {text} is not listed"
    for text in row.hidden:
        if any(text in line for line in listing):
            return f"{about}: {text} is listed"
    if row.says.format(path=folder) not in log:
        return f"{about}: the log does not say {row.says}"
    return ""


def test_the_client_installs_what_the_marketplace_may_name(
    clients: Clients, tmp_path: Path
) -> None:
    """An entry that is wrong hides no other; of two plugins of one name the first is installed."""
    Row("p", {}).write(tmp_path / "p")
    entries = [{"name": "bad one", "source": "./p"}, {"name": "p", "source": "./p"}]
    entries += [{"name": "p", "source": "./gone"}, {"name": "q", "source": "p"}]
    content = {"name": "m", "owner": {"name": "x"}, "plugins": entries}
    Row("m", {".claude-plugin/marketplace.json": content}).write(tmp_path, plugin=False)
    clients.run("claude", "plugin", "marketplace", "add", tmp_path, cwd=tmp_path)
    clients.run("claude", "plugin", "install", "p@m", cwd=tmp_path)
    clients.run("claude", "plugin", "install", "q@m", cwd=tmp_path, code=1)


def test_the_client_adds_no_marketplace_with_a_wrong_field(
    clients: Clients, tmp_path: Path
) -> None:
    for number, (key, value) in enumerate(MARKETPLACE_FIELDS):
        content = {"name": "m", "owner": {"name": "x"}, "plugins": []} | {key: value}
        folder = tmp_path / str(number)
        Row("m", {".claude-plugin/marketplace.json": content}).write(folder, plugin=False)
        clients.run("claude", "plugin", "marketplace", "add", folder, cwd=tmp_path, code=1)


def test_the_client_installs_no_plugin_whose_entry_is_wrong(
    clients: Clients, tmp_path: Path
) -> None:
    Row("p", {}).write(tmp_path / "p")
    entries = [
        {"name": f"p{n}", "source": "./p"} | {key: value}
        for n, (_, key, value) in enumerate(MARKETPLACE_ENTRIES)
    ]
    right = {"name": "right", "source": "./p", "strict": False, "tags": [], "category": "x"}
    content = {"name": "m", "owner": {"name": "x"}, "plugins": [*entries, right]}
    Row("m", {".claude-plugin/marketplace.json": content}).write(tmp_path, plugin=False)
    clients.run("claude", "plugin", "marketplace", "add", tmp_path, cwd=tmp_path)
    for entry in entries:
        clients.run("claude", "plugin", "install", f"{entry['name']}@m", cwd=tmp_path, code=1)
    clients.run("claude", "plugin", "install", "right@m", cwd=tmp_path)


def test_an_agent_is_denied_whole_tools_alone(clients: Clients, tmp_path: Path) -> None:
    """The rule `agent-tools` rests on it; in lower case the client knows no tool."""
    for name, line in {"narrow": "disallowedTools: Bash(shred:*)", "low": "tools: read"}.items():
        page = f"---\nname: {name}\ndescription: d\n{line}\n---\nBODY-{name}\n"
        Row(name, {f".claude/agents/{name}.md": page}).write(tmp_path, plugin=False)
    calls = [
        {"name": "Agent", "input": {"subagent_type": name, "prompt": "go", "description": "d"}}
        for name in ("narrow", "low", "low")  # the agent's own request may take one
    ]
    with standin(calls) as session:
        url = session.url
        clients.run("claude", "-p", "hello", cwd=tmp_path, ANTHROPIC_BASE_URL=url)
    offered = [
        t for t, r in zip(session.tools, session.requests, strict=True) if "BODY-narrow" in r
    ]
    assert offered
    assert all("Bash" not in tools and "Edit" in tools for tools in offered)
    assert any("unrecognized [read]" in request for request in session.requests)
    assert not any("BODY-low" in request for request in session.requests)
