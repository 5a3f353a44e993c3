"""Whole folders: what is not loaded, and that nothing in them stops or hides the checks."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fastapi_pro.validating.folders.whole import check_folder, is_whole
from fastapi_pro.validating.report import MAX_ALIKE, Finding
from tests.validation.folder_rows import (
    HI,
    MARKETPLACE_ENTRIES,
    MARKETPLACE_FIELDS,
    PLUGINS,
    PROJECTS,
    Row,
    page,
)


def found(folder: Path) -> list[Finding]:
    """Return what is found below the folder, its paths relative to it."""
    return check_folder(folder, Path())


def codes(folder: Path) -> list[str]:
    """Return the codes of what is found below the folder."""
    return [finding.code for finding in found(folder)]


def marketplace(folder: Path, **values: object) -> list[Finding]:
    """Write a marketplace with the plugin p in ./p, and return what is found."""
    Row("p", {}).write(folder / "p")
    entries = [{"name": "p", "source": "./p"}]
    content = {"name": "m", "owner": {"name": "x"}, "plugins": entries} | values
    Row("m", {".claude-plugin/marketplace.json": content}).write(folder, plugin=False)
    return found(folder)


@pytest.mark.parametrize("row", PLUGINS, ids=lambda row: row.name)
def test_plugins_are_told_what_the_client_does_with_them(tmp_path: Path, row: Row) -> None:
    row.write(tmp_path)
    assert codes(tmp_path) == list(row.codes)


@pytest.mark.parametrize("row", PROJECTS, ids=lambda row: row.name)
def test_projects_are_told_what_the_client_does_with_them(tmp_path: Path, row: Row) -> None:
    row.write(tmp_path, plugin=False)
    assert codes(tmp_path) == list(row.codes)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, None),
        ({"owner": None}, "marketplace-field"),
        ({"name": "my market"}, "marketplace-field"),
        ({"plugins": {}}, "marketplace-field"),
        ({"plugins": [{"name": "bad one", "source": "./p"}]}, "marketplace-field"),
        ({"plugins": [{"name": "p", "source": "."}]}, None),
        ({"plugins": [{"name": "p", "source": "./"}]}, None),
        ({"plugins": [{"name": "p", "source": "p"}]}, "marketplace-source"),
        ({"plugins": [{"name": "p", "source": "p"}], "metadata": {"pluginRoot": "./"}}, None),
        ({"plugins": [{"name": "p", "source": "./gone"}]}, "marketplace-source"),
        ({"plugins": [{"name": "p", "source": "../p"}]}, "marketplace-source"),
        ({"plugins": [{"name": "p"}]}, "marketplace-source"),
        ({"plugins": [{"name": "p", "source": {"source": "gitlab"}}]}, "marketplace-source"),
        ({"plugins": [{"name": "p", "source": {"source": "github"}}]}, "marketplace-source"),
        ({"plugins": [{"name": "p", "source": "./p"}] * 2}, "marketplace-duplicate"),
        *[({key: value}, "marketplace-field") for key, value in MARKETPLACE_FIELDS],
        *[
            ({"plugins": [{"name": "p", "source": "./p"} | {key: value}]}, f"marketplace-{kind}")
            for kind, key, value in MARKETPLACE_ENTRIES
        ],
        ({"plugins": [{"name": "p", "source": "./p", "skills": ["./a"], "strict": False}]}, None),
    ],
)
def test_a_marketplace_the_client_refuses_is_told(
    tmp_path: Path, values: dict[str, object], code: str | None
) -> None:
    assert [f.code for f in marketplace(tmp_path, **values)] == ([code] if code else [])


def test_folders_of_other_clients_are_left_alone(tmp_path: Path) -> None:
    """Claude Code never loads them; named as the target they are checked."""
    Row("p", {}, manifest={"name": None}).write(tmp_path / ".cursor-plugin" / "p")
    assert codes(tmp_path) == []
    assert codes(tmp_path / ".cursor-plugin") == ["plugin-field"]


@pytest.mark.parametrize(
    "name", ["fixtures", "__fixtures__", "_fixtures", "my-fixtures", "testdata"]
)
def test_what_tests_read_is_left_alone(tmp_path: Path, name: str) -> None:
    """It may be wrong by intention; named as the target it is checked."""
    Row("p", {}, manifest={"name": None}).write(tmp_path / name / "p")
    assert codes(tmp_path) == []
    assert codes(tmp_path / name) == ["plugin-field"]


def test_a_command_that_is_the_skills_own_file_hides_nothing(tmp_path: Path) -> None:
    Row("p", {"skills/n/SKILL.md": page("MARK"), "commands/a": ""}).write(tmp_path)
    (tmp_path / "commands" / "n.md").symlink_to("../skills/n/SKILL.md")
    assert codes(tmp_path) == []


@pytest.mark.parametrize("make", [lambda f: f.symlink_to("gone.md"), os.mkfifo])
def test_a_command_that_cannot_be_read_stops_nothing(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """It has the name of a skill, whose text it might name."""
    Row("p", {"skills/n/SKILL.md": page("MARK"), "commands/a": ""}).write(tmp_path)
    make(tmp_path / "commands" / "n.md")
    assert codes(tmp_path) == ["unreadable", "hidden-skill"]


def test_examples_for_other_plugins_are_left_alone(tmp_path: Path) -> None:
    """A page that the client does not load by itself may teach how plugins are made."""
    text = 'Write `"${CLAUDE_PLUGIN_ROOT}/scripts/yours.sh"`.\n'
    files: dict[str, object] = {"scripts/own.sh": "", "skills/n/references/hooks.md": text}
    Row("p", files | {"skills/n/SKILL.md": page("MARK")}).write(tmp_path)
    assert codes(tmp_path) == []
    Row("p", files | {"skills/n/SKILL.md": page("MARK") + text}).write(tmp_path)
    assert codes(tmp_path) == ["root-file-missing"]


def test_a_skill_may_be_called_fixtures(tmp_path: Path) -> None:
    Row("p", {"skills/fixtures/skill.md": page("MARK")}).write(tmp_path)
    assert codes(tmp_path) == ["not-loaded"]


def agent(folder: Path, line: str) -> list[tuple[str, int, int]]:
    """Write a project's agent with this line, and return its errors."""
    text = f"---\nname: a\ndescription: d\n{line}\n---\n"
    files: dict[str, object] = {".claude/agents/a.md": text}
    Row("p", files).write(folder, plugin=False)
    return [(f.code, f.line, f.column) for f in found(folder) if f.level == "error"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("disallowedTools: Write, Bash(shred:*), Bash(dd *)", [("agent-tools", 4, 18)]),
        ("disallowedTools:\n  - WebFetch(domain:x.org)", [("agent-tools", 5, 5)]),
        ("disallowedTools: Write, Bash(*)", []),
        ("tools: read, grep", [("agent-tools", 4, 8)]),
        ("tools: [bash]", [("agent-tools", 4, 8)]),
        ("tools: all", [("agent-tools", 4, 8)]),
        ("tools: TodoWrite, LS, Websearch", [("agent-tools", 4, 8)]),
        ("tools: TodoWrite, Monitor", []),
        ("tools: read, Bash", []),
        ("tools: Bash(git:*), mcp__x__read", []),
        ("tools: mcp__notes__search", []),
        ("tools: '*'", []),
        ("tools:", []),
    ],
)
def test_an_agents_tools_are_those_that_are_meant(
    tmp_path: Path, line: str, expected: list[tuple[str, int, int]]
) -> None:
    """A pattern takes the whole tool away; an agent of no known tool does not start."""
    assert agent(tmp_path, line) == expected


def test_a_finding_stands_at_its_value(tmp_path: Path) -> None:
    """Also where tabs indent the JSON."""
    text = json.dumps({"hooks": {"Stop": HI, "PreTool": HI}}, indent="\t")
    Row("p", {"hooks/hooks.json": text}).write(tmp_path)
    [finding] = found(tmp_path)
    line = next(n for n, line in enumerate(text.split("\n"), 1) if "PreTool" in line)
    assert (finding.path, finding.line) == ("hooks/hooks.json", line)


@pytest.mark.parametrize(
    ("source", "fix"),
    [
        ("github:me/notes", '{"source": "github", "repo": "me/notes"}'),
        ("https://github.com/me/notes.git", '{"source": "github", "repo": "me/notes"}'),
        ("https://git.example.org/notes.git", '{"source": "url", "url": "https'),
        ("git@example.org:notes.git", '{"source": "url", "url": "git@'),
        ("plugins/notes", '"./plugins/notes"'),
        ("/plugins/notes", '"./plugins/notes"'),
    ],
)
def test_a_source_that_is_an_address_is_told_as_one(tmp_path: Path, source: str, fix: str) -> None:
    [finding] = marketplace(tmp_path, plugins=[{"name": "n", "source": source}])
    assert fix in finding.fix


def test_a_finding_of_a_long_marketplace_stands_at_its_value(tmp_path: Path) -> None:
    entries = [
        {"name": f"p{n}", "source": "./p", "tags": [{}, [], "a,b"], "description": 'd{["' * 20}
        for n in range(900)
    ]
    marketplace(tmp_path, plugins=[*entries, {"name": "q", "source": "q"}])
    file = tmp_path / ".claude-plugin" / "marketplace.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=2))
    [finding] = found(tmp_path)
    lines = file.read_text().split("\n")
    assert lines[finding.line - 1][finding.column - 1 :] == '"q"'


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ("bash", "write Bash"),
        ("edit|WRITE", "write Edit|Write"),
        ("Bash(git push *)", '"if": "Bash(git push *)"'),
        ("Edit|write", None),
        ("Edit, Bash", None),
        ("(Edit|Bash)", None),
        ("Notebook(Edit.*)", None),
        ("Task(.*)", None),
        ("mcp__.*", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_matcher_that_matches_no_tool_is_told(
    tmp_path: Path, matcher: str, expected: str | None
) -> None:
    """Asked of 2.1.332: names are compared with their case, patterns of permissions never match."""
    files: dict[str, object] = {
        ".claude/settings.json": {"hooks": {"PreToolUse": [{"matcher": matcher} | HI[0]]}}
    }
    Row("p", files).write(tmp_path, plugin=False)
    fixes = [finding.fix for finding in found(tmp_path) if finding.code == "hook-matcher"]
    assert bool(fixes) == bool(expected)
    assert (expected or "") in "".join(fixes)


def test_what_cannot_be_read_hides_nothing_else(tmp_path: Path) -> None:
    """A FIFO, a device, a loop of links, bytes that are no text: each gets its finding at once."""
    Row("p", {"agents/nul.md": "---\nname: a\0\n---\n", "hooks/hooks.json": "[" * 9999}).write(
        tmp_path
    )
    os.mkfifo(tmp_path / "agents" / "fifo.md")
    (tmp_path / "agents" / "device.md").symlink_to("/dev/zero")
    (tmp_path / "agents" / "loop.md").symlink_to("loop.md")
    (tmp_path / "agents" / "again").symlink_to(tmp_path)
    (tmp_path / "agents" / "large.md").write_bytes(b"x" * (2 << 20))
    told = sorted((Path(f.path).name, f.code) for f in found(tmp_path))
    assert told == [
        ("device.md", "unreadable"),
        ("fifo.md", "unreadable"),
        ("hooks.json", "json-invalid"),
        ("large.md", "file-too-large"),
        ("loop.md", "unreadable"),
        ("nul.md", "not-text"),
    ]


def test_links_that_lead_up_are_not_followed(tmp_path: Path) -> None:
    """Such as one to the root of the machine."""
    Row("p", {".claude/skills/a/SKILL.md": page("One.")}).write(tmp_path / "p", plugin=False)
    Row("q", {"skills/g/n/SKILL.md": page("Two.")}).write(tmp_path)
    (tmp_path / "p" / "machine").symlink_to("/")
    (tmp_path / "p" / ".claude" / "skills" / "up").symlink_to("..")
    (tmp_path / "p" / ".claude" / "skills" / "all").symlink_to("../../..")
    assert found(tmp_path / "p") == []


def test_a_command_that_is_no_text_is_still_loaded(tmp_path: Path) -> None:
    """And one that cannot be read is not; an agent likewise."""
    Row("p", {"commands/a": "", "agents/a": ""}).write(tmp_path)
    for kind in ("agents", "commands"):
        text = page("Caf\N{LATIN SMALL LETTER E WITH ACUTE}.")
        (tmp_path / kind / "latin.md").write_bytes(text.encode("latin-1"))
        (tmp_path / kind / "gone.md").symlink_to("nowhere.md")
    told = [finding.message.rpartition(": the client ")[2] for finding in found(tmp_path)]
    assert told == ["does not load it", "replaces it by `\N{REPLACEMENT CHARACTER}`"] * 2


def test_thousands_of_one_kind_are_folded(tmp_path: Path) -> None:
    events = {f"Event{number}": HI for number in range(3_000)}
    Row("p", {"hooks/hooks.json": {"hooks": events}}).write(tmp_path)
    told = found(tmp_path)
    assert len(told) == MAX_ALIKE
    assert any("and 2980 more places" in finding.message for finding in told)


def test_the_longest_of_too_long_a_listing_come_first(tmp_path: Path) -> None:
    skills = {f".claude/skills/s{n}/SKILL.md": page("word " * (200 + n)) for n in range(30)}
    Row("p", skills).write(tmp_path, plugin=False)
    [finding] = found(tmp_path)
    assert finding.code == "listing-budget"
    assert "the longest are s29 1,1" in finding.message


def test_links_to_one_skill_are_no_duplicates(tmp_path: Path) -> None:
    """`.claude/skills` often links to `.agents/skills`."""
    Row("p", {".agents/skills/a/SKILL.md": page("One.", "a")}).write(tmp_path, plugin=False)
    (tmp_path / ".claude" / "skills").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / ".claude" / "skills" / name).symlink_to("../../.agents/skills/a")
    assert found(tmp_path) == []


def test_pages_that_teach_may_name_files_that_are_not_there(tmp_path: Path) -> None:
    """A file is missed where the plugin has the folder in which it should lie."""
    text = (
        page("One.") + "Run ${CLAUDE_PLUGIN_ROOT}/scripts/no.sh, ${CLAUDE_PLUGIN_ROOT}/lib/x.sh.\n"
    )
    Row("p", {"skills/a/SKILL.md": text, "scripts/a.sh": ""}).write(tmp_path)
    [finding] = found(tmp_path)
    assert (finding.code, finding.line) == ("root-file-missing", 5)
    assert "scripts/no.sh" in finding.message


def test_pages_may_name_what_a_build_makes(tmp_path: Path) -> None:
    text = page("One.") + "Run ${CLAUDE_PLUGIN_ROOT}/core/target/release/tool.\n"
    Row("p", {"skills/a/SKILL.md": text, "core/a.rs": ""}).write(tmp_path)
    assert codes(tmp_path) == ["root-file-missing"]
    (tmp_path / ".gitignore").write_text("**/target/\n")
    assert codes(tmp_path) == []


@pytest.mark.parametrize(
    ("ignored", "level"),
    [("/dist/\n*.log\n", "warning"), ("dist\n", "warning"), ("*.log\n", "error"), (None, "error")],
)
def test_a_hooks_file_that_a_build_makes_may_be_missing(
    tmp_path: Path, ignored: str | None, level: str
) -> None:
    hook = {"type": "command", "command": 'node "${CLAUDE_PLUGIN_ROOT}/dist/stop.js"'}
    Row("p", {"hooks/hooks.json": {"hooks": {"Stop": [{"hooks": [hook]}]}}}).write(tmp_path / "p")
    if ignored is not None:
        (tmp_path / ".gitignore").write_text(ignored)
    [finding] = found(tmp_path)
    assert (finding.code, finding.level) == ("hook-file-missing", level)


@pytest.mark.parametrize(
    ("command", "level"),
    [
        ("Follow ${CLAUDE_PLUGIN_ROOT}/skills/go/SKILL.md.", "warning"),
        ("Follow skills/go/SKILL.md.", "error"),
        ("Go.", "error"),
    ],
)
def test_a_command_may_lead_to_the_skill_that_it_hides(
    tmp_path: Path, command: str, level: str
) -> None:
    Row("p", {"skills/go/SKILL.md": page("Goes."), "commands/go.md": f"{command}\n"}).write(
        tmp_path
    )
    hidden = [finding for finding in found(tmp_path) if finding.code == "hidden-skill"]
    assert [finding.level for finding in hidden] == [level]


def test_folders_of_skills_that_the_manifest_names_are_loaded(tmp_path: Path) -> None:
    """Asked of 2.1.332 for a public plugin with eight such folders."""
    pages = {f"skills/{kind}/{kind}-{n}/SKILL.md": page("Does.") for kind in "ab" for n in "12"}
    Row("p", pages).write(tmp_path)
    assert codes(tmp_path) == ["not-loaded"] * 4
    manifest = tmp_path / ".claude-plugin" / "plugin.json"
    values = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(values | {"skills": ["./skills/a", "./skills/b/"]}))
    assert codes(tmp_path) == []


def test_a_command_called_skill_takes_the_place_of_all(tmp_path: Path) -> None:
    """Asked of 2.1.332: the skills of their names are loaded, the other commands are not."""
    files = {f"commands/{name}.md": "Go.\n" for name in ("go", "skill")}
    Row("p", files | {"skills/go/SKILL.md": page("Goes.")}).write(tmp_path)
    assert [(finding.path, finding.code) for finding in found(tmp_path)] == [
        ("commands/skill.md", "not-loaded")
    ]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (".claude", {"agents/a.md", "settings.json"}),
        (".claude/agents", {"a.md"}),
        (".claude-plugin", {"plugin.json"}),
        ("skills", {"flat.md"}),
        ("commands", {"c.md"}),
        ("other", set()),
    ],
)
def test_a_part_of_a_project_or_plugin_may_be_named(
    tmp_path: Path, part: str, expected: set[str]
) -> None:
    files: dict[str, object] = {
        ".claude/agents/a.md": "Text.\n",
        ".claude/settings.json": {"hooks": {"Nope": HI}},
        "skills/flat.md": page("One."),
        "commands/c.md": page("Two --- or three."),
        "other/a.md": "",
    }
    Row("p", files, manifest={"version": 1}).write(tmp_path)
    assert {finding.path for finding in found(tmp_path / part)} == expected
    assert is_whole(tmp_path / part) == bool(expected)
