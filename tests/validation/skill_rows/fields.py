"""Fields and names: what of a field's value the client takes, and what it does without."""

from typing import Any

from tests.validation.skill_rows.row import D, Row, front


def _field(name: str, line: str, *errors: str, **more: Any) -> Row:
    return Row(name, front(f"{D}\n{line}"), errors, **more)


def _warned(name: str, line: str, code: str, **more: Any) -> Row:
    return Row(name, front(f"{D}\n{line}"), warnings=(code,), **more)


def _named(name: str, value: str, code: str, shown: str | None = None) -> Row:
    """Return a row whose `name` the newer client shows beside the folder's."""
    beside = value if shown is None else shown
    listed = f" ({beside}): d" if beside else "d"
    return Row(name, front(f"{D}\nname: {value}"), borne=(code,), listed=listed,
               older={"listed": "d"})  # fmt: skip


_NAMES = [
    _named("other-name", "another", "name-not-folder"),
    _named("capitals", "My_Skill", "bad-name"),
    _named("hyphens", "-a--b-", "bad-name"),
    _named("umlaut", "größe", "bad-name"),
    _named("long-name", "n" * 65, "too-long"),
    _named("name-number", "3", "wrong-type"),
    _named("name-list", "[a]", "wrong-type", "a"),
    _named("name-space", "My Skill", "bad-name", ""),
    _named("name-slash", "a/b", "bad-name", ""),
    _named("name-map", "{a: b}", "wrong-type", ""),
    _named("name-text-empty", "''", "empty-value", ""),
    _warned("name-empty", "name:", "empty-value"),
]

_DESCRIPTIONS = [
    Row("none", front("license: MIT", "# The *first* line\n\nMore."), borne=("field-missing",),
        listed="The *first* line"),
    Row("none-at-all", "---\nlicense: MIT\n---\n", warnings=("body-empty",),
        borne=("field-missing",), listed="Skill"),
    Row("blank", front("description: '  '"), borne=("empty-value",), listed="Body."),
    Row("null", front("description:"), borne=("wrong-type",), listed="Body."),
    Row("of-1536", front(f"description: {'d' * 1536}"), borne=("too-long",), listed="d" * 1536),
    Row("of-1537", front(f"description: {'d' * 1537}"), ("too-long",), listed="d" * 1535 + "…"),
    Row("markup", front("description: <b>x</b>"), borne=("xml-tag",),
        listed="&lt;b&gt;x&lt;/b&gt;", older={"listed": "<b>x</b>"}),
    _field("when", "when_to_use: w", listed="d - w"),
    _field("when-list", "when_to_use: [w]", borne=("wrong-type",), listed="d - w"),
    _field("when-map", "when_to_use: {a: b}", "wrong-type", listed="d - [object Object]"),
    _field("when-fits", f"when_to_use: {'w' * 1532}", listed=f"d - {'w' * 1532}"),
    _field("when-cut", f"when_to_use: {'w' * 1533}", "too-long", listed=f"d - {'w' * 1531}…"),
    _warned("when-hyphens", "when-to-use: w", "unknown-key"),
    _warned("unknown", "type: reference", "unknown-key"),
]  # fmt: skip

_FLAGS = [
    *[_field(f"hidden-{n}", f"user-invocable: {word}", typed=False)
      for n, word in enumerate(("false", "no", "off", "0", "'false'", "FALSE"))],
    *[_field(f"shown-{n}", f"user-invocable: {word}") for n, word in enumerate(("true", "'true'"))],
    *[_field(f"shown-by-{n}", f"user-invocable: {word}", older={"typed": False})
      for n, word in enumerate(("yes", "on", "1"))],
    *[_field(f"hidden-by-{n}", f"user-invocable: {word}", "wrong-value", typed=False)
      for n, word in enumerate(("maybe", "2", "''", "[true]", "n"))],
    _warned("hidden-empty", "user-invocable:", "empty-value", typed=False),
    _warned("underscore", "user_invocable: false", "unknown-key"),
    *[_field(f"manual-{n}", f"disable-model-invocation: {word}", listed=None)
      for n, word in enumerate(("true", "'true'", "True"))],
    *[_field(f"manual-by-{n}", f"disable-model-invocation: {word}", listed=None,
             older={"listed": "d"}) for n, word in enumerate(("yes", "on", "1"))],
    *[_field(f"not-manual-{n}", f"disable-model-invocation: {word}", "wrong-value")
      for n, word in enumerate(("maybe", "2", "[true]", "y"))],
    _warned("manual-empty", "disable-model-invocation:", "empty-value"),
    _warned("nobody", "user-invocable: false\ndisable-model-invocation: true", "nobody-can-call",
            listed=None, typed=False),
    Row("nobody-empty", front(f"{D}\nuser-invocable:\ndisable-model-invocation: true"),
        warnings=("empty-value", "nobody-can-call"), listed=None, typed=False),
]  # fmt: skip

_XY, _ALPHA = "$x $y\nThe end.", "alpha be ta\nThe end."
_BOTH = "$x $y\nThe end.\n\n\nARGUMENTS: alpha 'be ta' c"
_ARGUMENTS = [
    Row("names-text", front(f"{D}\narguments: x y", _XY), loaded=_ALPHA),
    Row("names-list", front(f"{D}\narguments: [x, y]", _XY), loaded=_ALPHA),
    Row(
        "names-comma",
        front(f"{D}\narguments: 'x, y'", _XY),
        ("bad-arguments",),
        loaded="$x be ta\nThe end.",
    ),
    Row("names-map", front(f"{D}\narguments: {{x: y}}", _XY), (), ("wrong-type",), loaded=_BOTH),
    Row(
        "names-maps", front(f"{D}\narguments:\n  - name: x", _XY), (), ("wrong-type",), loaded=_BOTH
    ),
    Row("names-in-hint", front(f"{D}\nargument-hint: '[x] [y]'", _XY), loaded=_BOTH),
]

_OTHERS = [
    _warned("mode", "mode: fast", "unknown-key"),
    _warned("effort-word", "effort: banana", "wrong-value", says="invalid effort 'banana'"),
    _warned("shell-zsh", "shell: zsh", "wrong-value", says="'shell: zsh' in shell-zsh is not"),
    _warned("context-spoon", "context: spoon", "wrong-value"),
    _warned("agent-alone", "agent: Explore", "no-effect"),
    _warned("metadata-text", "metadata: x", "wrong-type"),
    _warned("license-number", "license: 3", "wrong-type"),
    _warned("bash-bare", "allowed-tools: Bash", "bare-bash"),
]  # fmt: skip


def _tools(name: str, line: str, *errors: str, granted: bool = True, **more: Any) -> Row:
    """Return a row with a rule that grants `mkdir NAME`, if the client takes it."""
    line = line.replace("RULE", f"Bash(mkdir {name})")
    return _field(name, line, *errors, granted=granted, **more)


_LOST: dict[str, Any] = {"granted": False}
_WITH = "allowed-tools: RULE\nhooks: "
_TOOLS = [
    _tools("tools", "allowed-tools: RULE"),
    _tools("tools-comma", "allowed-tools: Read, RULE"),
    _tools("tools-space", "allowed-tools: Read RULE"),
    _tools("tools-list", "allowed-tools: [Read, RULE]"),
    _tools("tools-items", "allowed-tools:\n  - Read\n  - RULE"),
    _tools("tools-beside-hint", "allowed-tools: [RULE]\nargument-hint: [a] [b]",
           borne=("quotes-missing",)),
    _tools("tools-lines", "allowed-tools: |\n  Read\n  RULE", "bad-tools", **_LOST),
    _tools("tools-open", "allowed-tools: Bash(mkdir tools-open", "bad-tools", **_LOST),
    _tools("tools-number", "allowed-tools: 3", "wrong-type", **_LOST),
    _tools("tools-map", "allowed-tools: {Bash: true}", "wrong-type", **_LOST),
    _tools("tools-twice", "allowed-tools: RULE\nallowed-tools: Read", "duplicate-key", **_LOST),
    _tools("tools-lower", "allowed-tools: bash(mkdir *)", warnings=("unknown-tool",), **_LOST),
    _tools("tools-upper", "allowed-tools: BASH(mkdir *)", warnings=("unknown-tool",), **_LOST),
    _tools("tools-and-note", "allowed-tools: mcp__a__b (if there), RULE", warnings=("bad-tools",)),
    _tools("tools-noted", "allowed-tools: RULE (nothing else)", warnings=("bad-tools",)),
    _tools("tools-underscore", "allowed_tools: RULE", warnings=("unknown-key",), **_LOST),
    _tools("hooks-number", _WITH + "5", "wrong-type", **_LOST,
           says="Invalid hooks in skill 'hooks-number'"),
    _tools("hooks-array", _WITH + "[]", "wrong-type", **_LOST,
           says="Invalid hooks in skill 'hooks-array'"),
    _tools("event-unknown", _WITH + "{PreTool: []}", "hook-event-unknown",
           says="'event-unknown': hooks.PreTool: unknown hook event",
           older={"says": "Invalid hooks in skill 'event-unknown'"}),
    _tools("guard-flat", _WITH + "{PreToolUse: [{command: x}]}", "hook-shape", **_LOST,
           says="the skill loads with no hooks and no allowed-tools",
           older={"says": "Invalid hooks in skill 'guard-flat'"}),
    _tools("stop-flat", _WITH + "{Stop: [{command: x}]}", "hook-shape",
           older={"says": "Invalid hooks in skill 'stop-flat'"}),
]  # fmt: skip

FIELDS = [*_NAMES, *_DESCRIPTIONS, *_FLAGS, *_ARGUMENTS, *_OTHERS, *_TOOLS]
