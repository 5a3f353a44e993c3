"""How Claude Code 2.1.332 loads plugins and projects: each row is asked of the client too.

`tests/client/test_folders.py` starts the client once with the plugins of all rows and a project of
all rows, and compares `listed` with the listing and `says` with its log.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

HI = [{"hooks": [{"type": "command", "command": "echo hi"}]}]


@dataclass(frozen=True)
class Row:
    """Files, the codes of their findings, and what the client lists or says of them."""

    name: str
    files: dict[str, object]
    codes: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    says: str = ""
    manifest: object = field(default_factory=dict)

    def write(self, folder: Path, *, plugin: bool = True) -> None:
        """Write the files, and for a plugin its manifest."""
        files = dict(self.files)
        if plugin:
            named = self.manifest
            if isinstance(named, dict):
                named = {"name": self.name} | named
            files[".claude-plugin/plugin.json"] = named
        for name, content in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content))


def page(marker: str, name: str = "") -> str:
    """Return a Markdown page whose description is the marker."""
    line = f"name: {name}\n" if name else ""
    return f"---\n{line}description: {marker}\n---\nText.\n"


def hooks(event: str, matchers: object) -> dict[str, object]:
    """Return the files of a plugin with one event in its hooks.json."""
    return {"hooks/hooks.json": {"hooks": {event: matchers}}}


def entry(**values: object) -> list[object]:
    """Return the matchers of an event with one hook."""
    return [{"hooks": [values]}]


REFUSED = "Failed to load session plugin from"


def _refused(name: str, key: str, value: object) -> Row:
    """Return a plugin that the client does not load because of one value of its manifest."""
    return Row(name, {"skills/n/SKILL.md": page(f"MARK-{name}")}, ("plugin-field",),
               hidden=(f"MARK-{name}",), says=f"Validation errors: {key}",
               manifest={key: value})  # fmt: skip


PLUGINS = [
    Row("right", hooks("Stop", HI) | {"skills/n/SKILL.md": page("MARK-right")},
        listed=("MARK-right",)),
    Row("comma", {}, ("json-invalid",), says="corrupt manifest", manifest='{"name": "comma",}'),
    Row("no-name", {}, ("plugin-field",), says="name: Invalid input", manifest={"name": None}),
    Row("space", {}, ("plugin-field",), says="cannot contain spaces",
        manifest={"name": "My Plugin"}),
    Row("version-number", {}, ("plugin-field",), says="version: Invalid input",
        manifest={"version": 1}),
    Row("author-text", {"skills/n/SKILL.md": page("MARK-author")}, ("plugin-field-ignored",),
        listed=("MARK-author",), says='ignored "author"', manifest={"author": "Me"}),
    Row("repository-object", {}, ("plugin-field-ignored",), says='ignored "repository"',
        manifest={"repository": {"type": "git", "url": "x"}}),
    Row("homepage-bare", {}, ("plugin-field-ignored",), says='ignored "homepage"',
        manifest={"homepage": "example.com"}),
    Row("description-number", {}, ("plugin-field-ignored",), says='ignored "description"',
        manifest={"description": 3}),
    *[_refused(f"null-{key}", key, None) for key in ("agents", "commands", "hooks", "lspServers",
          "mcpServers", "outputStyles", "settings", "skills", "themes", "userConfig", "version")],
    *[_refused(f"dependency-{n}", "dependencies", [value])
      for n, value in enumerate((3, "", "a b", {"version": "1"}))],
    *[_refused(f"option-{n}", "userConfig", value) for n, value in enumerate(
          ([], {"a": "x"}, {"a": {"type": "text"}}, {"a": {"type": "file", "title": "A"}}))],
    *[_refused(f"server-{n}", "mcpServers", {"a": value}) for n, value in enumerate(
          (3, {"url": "http://x"}, {"type": "sse"}, {"type": "tcp", "command": "x"},
           {"command": ""}, {"command": "x", "args": "y"}, {"command": "x", "env": {"Y": 1}}))],
    Row("server-right", {"skills/n/SKILL.md": page("MARK-server")}, listed=("MARK-server",),
        manifest={"mcpServers": {"a": {"type": "http", "url": "http://127.0.0.1:9"}}}),
    _refused("language", "lspServers", {"a": {"command": "x"}}),
    *[_refused(f"command-{n}", "commands", value) for n, value in enumerate(
          ([{"a": {"content": "x"}}], {"a": {}}, {"a": "./a.md"}, {"a": {"source": "a.md"}}))],
    Row("command-inline", {}, listed=("MARK-inline",),
        manifest={"commands": {"a": {"content": "Go.", "description": "MARK-inline"}}}),
    _refused("channel", "channels", {"a": 1}),
    Row("author-nameless", {}, ("plugin-field-ignored",), says='ignored "author"',
        manifest={"author": {"name": ""}}),
    Row("option-key", {}, ("plugin-field",), says="userConfig.api-token",
        manifest={"userConfig": {"api-token": {"type": "string"}}}),
    Row("skills-no-dot", {"more/n/SKILL.md": page("MARK-nodot")}, ("plugin-field",),
        hidden=("MARK-nodot",), says='skills: Invalid string: must start with \\"./\\"',
        manifest={"skills": "more/"}),
    Row("skills-missing", {}, ("plugin-path-missing",), says="Skill path ./skils/",
        manifest={"skills": "./skils/"}),
    Row("skills-file", {"more/n/SKILL.md": page("MARK-skfile")}, ("plugin-path-missing",),
        hidden=("MARK-skfile",), says="is a file, not a directory",
        manifest={"skills": ["./more/n/SKILL.md"]}),
    Row("skills-file-named-too", {"skills/n/SKILL.md": page("MARK-sknamed")},
        ("plugin-field-ignored",), listed=("MARK-sknamed",), says="is a file, not a directory",
        manifest={"skills": ["./skills/n/SKILL.md"]}),
    Row("skills-folder", {"more/n/SKILL.md": page("MARK-skdir")}, listed=("MARK-skdir",),
        manifest={"skills": ["./more/n"]}),
    Row("agents-folder", {"ag/a.md": page("MARK-agdir", "a")}, ("plugin-field",),
        hidden=("MARK-agdir",), says="agents: Invalid string: must end with",
        manifest={"agents": "./ag/"}),
    Row("agents-file", {"ag/a.md": page("MARK-agfile", "a")}, listed=("MARK-agfile",),
        manifest={"agents": ["./ag/a.md"]}),
    Row("commands-left-out",
        {"commands/a.md": page("MARK-lefta"), "commands/b.md": page("MARK-leftb")},
        ("not-loaded",), listed=("MARK-lefta",), hidden=("MARK-leftb",),
        manifest={"commands": ["./commands/a.md"]}),
    Row("commands-elsewhere", {"commands/a.md": page("MARK-dfolder"), "c/b.md": page("MARK-cdir")},
        ("not-loaded",), listed=("MARK-cdir",), hidden=("MARK-dfolder",),
        manifest={"commands": "./c/"}),
    Row("commands-both", {"commands/a.md": page("MARK-botha"), "c/b.md": page("MARK-bothb")},
        listed=("MARK-botha", "MARK-bothb"), manifest={"commands": ["./commands/", "./c"]}),
    Row("agents-left-out", {"agents/a.md": page("MARK-lag", "a"), "b.md": page("MARK-bag", "b")},
        ("not-loaded",), listed=("MARK-bag",), hidden=("MARK-lag",),
        manifest={"agents": ["./b.md"]}),
    Row("within-manifests", {".claude-plugin/skills/n/SKILL.md": page("MARK-wsk"),
                             ".claude-plugin/agents/n.md": page("MARK-wag", "n")},
        ("not-loaded", "not-loaded"), hidden=("MARK-wsk", "MARK-wag")),
    Row("within-and-named", {".claude-plugin/c/n.md": page("MARK-wnamed")},
        listed=("MARK-wnamed",), manifest={"commands": "./.claude-plugin/c/"}),
    Row("agent-outside", {}, ("plugin-path-missing",), says="escapes plugin directory",
        manifest={"agents": ["./../no.md"]}),
    Row("hooks-missing", {}, ("plugin-path-missing",), says="Hooks file ./no.json",
        manifest={"hooks": "./no.json"}),
    Row("hooks-inline", {}, ("hook-event-unknown",), says="hooks.Nope: unknown hook event",
        manifest={"hooks": {"Nope": HI}}),
    Row("hooks-named", {"h/a.json": {"hooks": {"Nein": HI}}}, ("hook-event-unknown",),
        says="hooks.Nein: unknown hook event", manifest={"hooks": "./h/a.json"}),
    Row("event-unknown", hooks("PreTool", HI), ("hook-event-unknown",),
        says="hooks.PreTool: unknown hook event"),
    Row("event-comment", {"skills/n/SKILL.md": page("MARK-comment"),
                          "hooks/hooks.json": {"hooks": {"_note": "why", "Stop": HI}}},
        listed=("MARK-comment",), says="hooks._note: unknown hook event; entry ignored"),
    Row("guard-flat", hooks("PreToolUse", [{"command": "x"}]), ("hook-shape",),
        says=f"{REFUSED} {{path}}: hooks.PreToolUse.0"),
    Row("guard-object", hooks("PreToolUse", {"hooks": []}), ("hook-shape",),
        says=f"{REFUSED} {{path}}: hooks.PreToolUse: must be an array"),
    Row("guard-bare", {"hooks/hooks.json": {"PreToolUse": HI}}, ("hook-shape",),
        says=f"{REFUSED} {{path}}: hooks.json declares PreToolUse"),
    Row("stop-flat", hooks("Stop", [{"command": "x"}]), ("hook-shape",),
        says="stop-flat: hooks.Stop.0: Hook matcher"),
    Row("stop-bare", {"hooks/hooks.json": {"Stop": HI}}, ("hook-shape",),
        says="Failed to load hooks for stop-bare"),
    Row("hooks-list", {"hooks/hooks.json": {"hooks": []}}, ("hook-shape",),
        says=f"{REFUSED} {{path}}: hooks: must be an object"),
    Row("type-unknown", hooks("Stop", entry(type="cmd", command="x")), ("hook-type-unknown",),
        says="type-unknown: hooks.Stop.0.hooks.0: Unknown hook type"),
    Row("type-missing", hooks("PreToolUse", entry(command="x")), ("hook-type-unknown",),
        says=f'{REFUSED} {{path}}: hooks.PreToolUse.0.hooks.0: Hook entry has no "type"'),
    Row("no-prompt", hooks("Stop", entry(type="prompt")), ("hook-shape",),
        says="no-prompt: hooks.Stop.0.hooks.0: Invalid prompt hook"),
    Row("timeout-text", hooks("Stop", entry(type="command", command="x", timeout="5")),
        ("hook-shape",), says="timeout-text: hooks.Stop.0.hooks.0: Invalid command hook"),
    *[Row(f"hook-{key}",
          hooks("Stop", entry(**{"type": kind, "command": "x", "url": "http://x"} | {key: value})),
          ("hook-shape",), says=f"hook-{key}: hooks.Stop.0.hooks.0: Invalid {kind}")
      for kind, key, value in (
          ("command", "timeout", 0), ("command", "async", "yes"), ("command", "once", 1),
          ("command", "statusMessage", 3), ("command", "shell", "zsh"), ("command", "args", "a"),
          ("command", "asyncRewake", 1), ("http", "headers", []), ("http", "url", "localhost"))],
    Row("guard-if", hooks("PreToolUse", entry(**{"type": "command", "command": "x", "if": 3})),
        ("hook-shape",), says=f"{REFUSED} {{path}}: hooks.PreToolUse.0.hooks.0"),
    Row("matcher-list", hooks("Stop", [{"matcher": ["Bash"], "hooks": []}]), ("hook-shape",),
        says="matcher-list: hooks.Stop.0: Invalid hook matcher"),
    Row("hooks-comma", {"hooks/hooks.json": '{"hooks": {"Stop": [],}}'}, ("json-invalid",),
        says="Failed to load hooks for hooks-comma"),
    Row("hooks-mark", {"hooks/hooks.json": '\ufeff{"hooks": {}}'}, ("json-invalid",),
        says="Failed to load hooks for hooks-mark"),
    Row("script-missing",
        hooks("SessionStart", entry(type="command", command='"${CLAUDE_PLUGIN_ROOT}"/no.sh')),
        ("hook-file-missing",), says="script-missing/no.sh: not found"),
    Row("script-gone",
        hooks("SessionStart", entry(type="command", command='"${CLAUDE_PLUGIN_ROOT}/gone.sh"')),
        ("hook-file-missing",), says="script-gone/gone.sh: not found"),
    Row("agent-no-description", {"agents/a.md": "---\nname: n\n---\nText.\n"},
        ("agent-without-description",),
        listed=("agent-no-description:n: Agent from agent-no-description plugin",)),
    Row("agent-readme", {"agents/README.md": "Text.\n"}, ("agent-without-description",),
        listed=("agent-readme:README: Agent from agent-readme plugin",)),
    Row("agent-broken", {"agents/a.md": "---\nname: n\ndescription: a\n  b: c: d\n---\n"},
        ("front-matter-not-yaml",), listed=("agent-broken:a: Agent from agent-broken plugin",)),
    Row("agent-no-name", {"agents/a.md": page("MARK-noname")}, listed=("MARK-noname",)),
    Row("agent-spelling", {"agents/a.md": "---\ndescription: MARK-aspell\nmax_turns: 3\n---\n"},
        ("agent-field-ignored",), listed=("MARK-aspell",),
        says='"max_turns" (did you mean "maxTurns"?)'),
    Row("agent-cut", {"agents/a.md": "---\ndescription: MARK-acut --- so\ntools: Read\n---\n"},
        ("front-matter-cut",), listed=("MARK-acut (Tools: All tools)",)),
    Row("agent-hash", {"agents/a.md": page("MARK-ahash in #notes")}, ("value-cut",),
        listed=("MARK-ahash in (Tools: All tools)",)),
    Row("agent-listed", {"agents/a.md": page("[MARK-alist]")}, ("agent-without-description",),
        hidden=("MARK-alist",), says="Description invalid for agent-listed:a"),
    Row("agent-twins", {f"agents/{name}.md": page("MARK-ptwin", "twin") for name in "ab"},
        ("duplicate-agent",), listed=("agent-twins:twin: MARK-ptwin",)),
    Row("command-cut", {"commands/a.md": page("MARK-ccut --- so")}, ("front-matter-cut",),
        listed=("MARK-ccut",)),
    Row("command-hash", {"commands/a.md": page("MARK-chash in #notes")}, ("value-cut",),
        listed=("MARK-chash in",)),
    Row("agent-colon", {"agents/a.md": page("Use when: x: MARK-colon", "a")},
        listed=("MARK-colon",)),
    Row("agent-mode", {"agents/a.md": "---\ndescription: MARK-mode\npermissionMode: plan\n---\n"},
        ("agent-field-ignored",), listed=("MARK-mode",), says="sets permissionMode"),
    Row("agent-skill-fields",
        {"agents/a.md": "---\ndescription: MARK-askill\nallowed-tools: Read\n---\n"},
        ("agent-field-ignored",), listed=("MARK-askill (Tools: All tools)",),
        says='"allowed-tools" (did you mean "tools"?)'),
    Row("hint-half-quoted",
        {"commands/a.md": '---\ndescription: MARK-hint\nargument-hint: "<word>" [-x]\n---\n'},
        listed=("MARK-hint",)),
    Row("command-and-skill",
        {"skills/notes/SKILL.md": page("MARK-behind"), "commands/notes.md": page("MARK-before")},
        ("hidden-skill",), listed=("MARK-before",), hidden=("MARK-behind",)),
    Row("command-left-out-and-skill",
        {"skills/n/SKILL.md": page("MARK-stays"), "commands/n.md": page("MARK-unnamed"),
         "commands/o.md": page("MARK-named")},
        ("not-loaded",), listed=("MARK-stays", "MARK-named"), hidden=("MARK-unnamed",),
        manifest={"commands": ["./commands/o.md"]}),
    Row("dependencies-object", {"skills/n/SKILL.md": page("MARK-deps")}, ("plugin-field",),
        hidden=("MARK-deps",), says="dependencies: Invalid input",
        manifest={"dependencies": {"other": "^1.0.0"}}),
    Row("stray-plugin",
        {"skills/SKILL.md": page("MARK-stray"), "skills/n/SKILL.md": page("MARK-beside")},
        ("not-loaded",), listed=("MARK-stray",), hidden=("MARK-beside",)),
    Row("nested-plugin", {"skills/g/n/SKILL.md": page("MARK-deep")}, ("not-loaded",),
        hidden=("MARK-deep",)),
    Row("lower-plugin", {"skills/n/skill.md": page("MARK-lower")}, ("not-loaded",),
        hidden=("MARK-lower",)),
    Row("flat-plugin", {"skills/n.md": page("MARK-flat")}, ("not-loaded",),
        hidden=("MARK-flat",)),
]  # fmt: skip

PROJECTS = [
    Row("plain", {".claude/skills/plain/SKILL.md": page("MARK-plain")}, listed=("MARK-plain",)),
    Row("nested", {".claude/skills/group/inner/SKILL.md": page("MARK-inner")}, ("not-loaded",),
        hidden=("MARK-inner",)),
    Row("flat", {".claude/skills/flat.md": page("MARK-even")}, ("not-loaded",),
        hidden=("MARK-even",)),
    Row("lower", {".claude/skills/lower/skill.md": page("MARK-small")}, ("not-loaded",),
        hidden=("MARK-small",)),
    Row("stray", {".claude/skills/SKILL.md": page("MARK-top")}, ("not-loaded",),
        hidden=("MARK-top",)),
    Row("root", {".claude/x": "", "skills/at-root/SKILL.md": page("MARK-root")}, ("not-loaded",),
        hidden=("MARK-root",)),
    Row("roots", {".claude/x": "", "skills/r-a/SKILL.md": page("MARK-ra"),
                  "skills/r-b/SKILL.md": page("MARK-rb")},
        ("not-loaded",), hidden=("MARK-ra", "MARK-rb")),
    Row("agents-folder", {".claude/x": "", ".agents/skills/elsewhere/SKILL.md": page("MARK-else")},
        ("not-loaded",), hidden=("MARK-else",)),
    Row("skill-guard", {".claude/skills/guard/SKILL.md": "---\ndescription: MARK-guard\n"
        "hooks: {PreToolUse: [{command: x}]}\n---\nText.\n"}, listed=("MARK-guard",),
        says="(the skill loads with no hooks and no allowed-tools)"),
    Row("skill-entry", {".claude/skills/entry/SKILL.md": "---\ndescription: MARK-entry\n"
        "hooks: {Stop: [{command: x}]}\n---\nText.\n"}, listed=("MARK-entry",),
        says="Skill 'entry': hooks.Stop.0: Hook matcher"),
    Row("two", {".claude/skills/dup-a/SKILL.md": page("MARK-dupa", "same"),
                ".claude/skills/dup-b/SKILL.md": page("MARK-dupb", "same")},
        ("duplicate-name",), listed=("dup-a (same): MARK-dupa", "dup-b: MARK-dupb")),
    Row("twins", {".claude/agents/one.md": page("MARK-first", "twin"),
                  ".claude/agents/two.md": page("MARK-second", "twin")},
        ("duplicate-agent",), listed=("MARK-second",), hidden=("MARK-first",)),
    Row("command-beside", {".claude/skills/beside/SKILL.md": page("MARK-side"),
                           ".claude/commands/beside.md": page("MARK-over")},
        listed=("MARK-side",), hidden=("MARK-over",)),
    Row("agent", {".claude/agents/good.md": page("MARK-agent", "good")}, listed=("MARK-agent",)),
    Row("agent-hook", {".claude/agents/hooked.md": "---\nname: hooked\ndescription: MARK-hooked\n"
        "hooks: {PreTool: [{hooks: [{type: command, command: x}]}]}\n---\nText.\n"},
        ("hook-event-unknown",), listed=("MARK-hooked",), says="hooks.PreTool: unknown hook event"),
    Row("agent-hook-shape", {".claude/agents/shaped.md": "---\nname: shaped\n"
        "description: MARK-shaped\nhooks: {PreToolUse: [{command: x}]}\n---\nText.\n"},
        ("hook-shape",), hidden=("MARK-shaped",), says="Agent 'shaped' not loaded: hooks."),
    Row("agent-skill-field", {".claude/agents/denied.md":
            "---\nname: denied\ndescription: MARK-denied\ndisallowed-tools: Bash\n---\n"},
        ("agent-field-ignored",), listed=("MARK-denied (Tools: All tools)",)),
    Row("agent-bare", {".claude/agents/bare.md": "MARK-bare\n"}, ("agent-not-loaded",),
        hidden=("MARK-bare",)),
    *[Row(f"agent-{n}", {f".claude/agents/odd-{n}.md": f"---\n{lines}\n---\nText.\n"}, (code,),
          hidden=(f"MARK-odd{n}",)) for n, (code, lines) in enumerate((
              ("agent-not-loaded", "name: odd:one\ndescription: MARK-odd0"),
              ("agent-not-loaded", "name: 12\ndescription: MARK-odd1"),
              ("agent-not-loaded", "name: odd-two\ndescription: [MARK-odd2]"),
              ("hook-shape", "name: odd-three\ndescription: MARK-odd3\nhooks: 3")))],
    Row("agent-project-cut", {".claude/agents/cut.md": "---\nname: cut\n"
            "description: MARK-pcut --- so\ntools: Read\n---\n"},
        ("front-matter-cut",), listed=("MARK-pcut (Tools: All tools)",)),
    Row("archived", {".claude/skills/_archive/gone/SKILL.md": page("MARK-aside"),
                     ".claude/skills/old-ones/SKILL.txt": ""}, hidden=("MARK-aside",)),
    Row("settings", {".claude/settings.json": {"hooks": {"PreToolUse": [{"command": "x"}],
            "PreTool": HI, "Stop": HI}}}, ("hook-shape", "hook-event-unknown"),
        says="settings.json: hooks.PreTool: Unknown hook event"),
    Row("agent-no-name", {".claude/agents/nameless.md": page("MARK-without")},
        ("agent-not-loaded",), hidden=("MARK-without",)),
]  # fmt: skip

MARKETPLACE_FIELDS: list[tuple[str, object]] = [
    ("version", 1),
    ("description", 1),
    ("metadata", "x"),
    ("metadata", {"pluginRoot": 3}),
    ("allowCrossMarketplaceDependenciesOn", "x"),
    ("name", "anthropic-plugins"),
    ("name", "inline"),
]
"""Fields with which the client does not add a marketplace."""
MARKETPLACE_ENTRIES: list[tuple[str, str, object]] = [
    ("field", "version", 1),
    ("field", "strict", "no"),
    ("field", "category", 3),
    ("field", "tags", "a"),
    ("field", "author", "me"),
    ("field", "homepage", "x"),
    ("field", "license", 1),
    ("field", "skills", "x"),
    ("field", "skills", None),
    ("field", "commands", ["a.md"]),
    ("field", "agents", "./agents"),
    ("field", "mcpServers", {"a": {}}),
    ("field", "dependencies", {"a": "1"}),
    ("source", "source", "./../p"),
    ("source", "source", "./p/../p"),
    ("source", "source", {"source": "github", "repo": "https://github.com/a/b"}),
    ("source", "source", {"source": "github", "repo": "a/b", "sha": "abc"}),
    ("source", "source", {"source": "github", "repo": "a/b", "ref": 1}),
    ("source", "source", {"source": "git-subdir", "url": "https://example.org/a.git"}),
]
"""Values with which the client does not install a plugin of a marketplace."""
