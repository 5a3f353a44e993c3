"""validate.py on front matter: what cannot be read, wrong fields, and right ones."""

from pathlib import Path

import pytest

from fastapi_pro.validating.check import Options
from tests.validation.demo_skill import GOOD, found, raw_skill, skill, told

BROKEN = [
    ("just text", ("front-matter-not-a-mapping", 2, 1)),
    ("- a\n- b", ("front-matter-not-a-mapping", 2, 1)),
    ("name: demo\n\tdescription: x", ("front-matter-not-yaml", 3, 1)),
    ("description: d\npaths:\n  - **/*.x", ("front-matter-not-yaml", 4, 6)),
    ("metadata:\n  a: b: c", ("front-matter-not-yaml", 3, 7)),
    ("description: a: b\n  and on", ("front-matter-not-yaml", 2, 15)),
    ("name: demo\n? [a]\n: b", ("front-matter-not-yaml", 3, 3)),
    ('name: "\\UFFFFFFFF"', ("front-matter-not-yaml", 2, 1)),
    (f"{GOOD}\nname: demo", ("duplicate-key", 4, 1)),
    (f"{GOOD}\nmetadata:\n  a: 1\n  a: 2", ("duplicate-key", 6, 3)),
    (f"{GOOD}\nmetadata: {{a: {{b: 1, b: 2}}}}", ("duplicate-key", 4, 22)),
    ("a: &a [*a]", ("front-matter-too-large", 2, 4)),
    ("a: " + "x" * 70_000, ("front-matter-too-large", 1, 1)),
]


@pytest.mark.parametrize(("front", "expected"), BROKEN)
def test_front_matter_that_cannot_be_read_is_one_error_at_its_place(
    tmp_path: Path, front: str, expected: tuple[str, int, int]
) -> None:
    """Broken, doubled, circular or endless YAML is refused where it stands."""
    assert told(found(skill(tmp_path, front))) == [expected]


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    """Nine levels of nine aliases each stop at the limit instead of filling the memory."""
    levels = [f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi")]  # noqa: B905 -- one is shorter by design
    front = "\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *levels])
    assert [code for code, _, _ in told(found(skill(tmp_path, front)))] == [
        "front-matter-too-large"
    ]


def test_an_honest_alias_is_allowed(tmp_path: Path) -> None:
    """An anchor used twice is YAML like any other."""
    assert told(found(skill(tmp_path, f"{GOOD}\nmetadata: {{a: &x one, b: *x}}"))) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\n---\nname: demo\n---\n", ("front-matter-missing", 2, 1)),
        (b"# Title\n\n---\ndescription: d\n---\nText.\n", ("front-matter-missing", 3, 1)),
        (b"```yaml\n---\nname: demo\n---\n```\n", ("front-matter-missing", 2, 1)),
        (b"<!-- (c) us -->\n---\n# fields\nname: demo\n---\n", ("front-matter-missing", 2, 1)),
        (b"---\nname: demo\n", ("front-matter-unclosed", 1, 1)),
        (b"---\nname: d\xff\n---\n", ("not-text", 2, 8)),
        (b"---\nname: demo\ndescription: d\0\n---\nab", ("not-text", 3, 15)),
        (b"---\ra\r\nb\xff", ("not-text", 3, 2)),
        (b"\x89PNG\r\n\x1a\n\0\0", ("not-text", 1, 1)),
        (b"\xff\xfe-\0-\0-\0", ("not-text", 1, 1)),
    ],
)
def test_a_file_that_is_no_skill_text_is_one_error(
    tmp_path: Path, content: bytes, expected: tuple[str, int, int]
) -> None:
    """Missing and unclosed front matter, binary and huge files are findings, not tracebacks."""
    assert told(found(raw_skill(tmp_path, content))) == [expected]


def test_a_file_too_large_to_be_read_is_a_warning(tmp_path: Path) -> None:
    """The client reads it whole, and pays for it."""
    findings = found(raw_skill(tmp_path, b"---\n" + b"x" * 300_000))
    assert [(f.code, f.level) for f in findings] == [("file-too-large", "warning")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Title\n\nText.\n",
        "Text.\n---\nname: of an example below\n---\n",
        "---\n---\nText.\n",
        "---\n\n# no field yet\n---\nText.\n",
    ],
)
def test_a_skill_without_fields_is_not_portable(tmp_path: Path, text: str) -> None:
    """The client lists it by its folder's name and the first line of its text."""
    file = raw_skill(tmp_path, text.encode())
    assert told(found(file)) == []
    assert ("front-matter-missing", 1, 1) in told(found(file), "not-portable")
    assert ("front-matter-missing", 1, 1) in told(found(file, Options(strict_spec=True)))


def test_the_body_of_a_skill_without_fields_is_checked(tmp_path: Path) -> None:
    """It is loaded like any other."""
    text = b"# Rows\n\n```sql\nSELECT * FROM notes WHERE id = $1\n```\n"
    assert told(found(raw_skill(tmp_path, text))) == [("client-syntax", 4, 32)]


FIELDS = [
    ("name: demo", f"description: {'d' * 1537}", ("too-long", 3, 14)),
    ("name: demo", "description: for #channel", ("value-cut", 3, 18)),
    ("name: demo", "description: !important notes", ("value-cut", 3, 14)),
    ("name: demo", "description: &word notes", ("value-cut", 3, 14)),
    ("name: demo", "description: 'a --- b'", ("front-matter-cut", 3, 17)),
    (GOOD, "# ----- when", ("front-matter-cut", 4, 3)),
    (GOOD, "hooks: {PreTool: []}", ("hook-event-unknown", 4, 18)),
    (GOOD, "hooks: {PreToolUse: [{command: x}]}", ("hook-shape", 4, 22)),
    (GOOD, "hooks: {PreToolUse: {matcher: Bash}}", ("hook-shape", 4, 21)),
    (GOOD, "hooks: {Stop: [{hooks: [{command: x}]}]}", ("hook-type-unknown", 4, 25)),
    (GOOD, "hooks: {Stop: [{hooks: [{type: prompt}]}]}", ("hook-shape", 4, 25)),
    (GOOD, f"when_to_use: {'w' * 1500}", ("too-long", 4, 14)),
    (GOOD, "hooks: 5", ("wrong-type", 4, 8)),
    (GOOD, "user-invocable: maybe", ("wrong-value", 4, 17)),
    (GOOD, "disable-model-invocation: [true]", ("wrong-value", 4, 27)),
    (GOOD, "allowed-tools: 3", ("wrong-type", 4, 16)),
    (GOOD, "allowed-tools: Bash(git *", ("bad-tools", 4, 16)),
    (GOOD, "allowed-tools: [Read, 'Bash(x))']", ("bad-tools", 4, 16)),
    (GOOD, "disallowed-tools: (", ("bad-tools", 4, 19)),
]


@pytest.mark.parametrize(("before", "line", "expected"), FIELDS)
def test_a_wrong_field_is_an_error_at_its_value(
    tmp_path: Path, before: str, line: str, expected: tuple[str, int, int]
) -> None:
    """Each field's rules are kept, and the finding stands where the value does."""
    assert told(found(skill(tmp_path, f"{before}\n{line}"))) == [expected]


IGNORED = [
    ("effort: 3", ("wrong-value", 4, 9)),
    ("effort: banana", ("wrong-value", 4, 9)),
    ("effort: [high]", ("wrong-value", 4, 9)),
    ("context: spoon", ("wrong-value", 4, 10)),
    ("context: |\n  !date", ("wrong-value", 4, 10)),
    ("shell: zsh", ("wrong-value", 4, 8)),
    ("metadata: text", ("wrong-type", 4, 11)),
    ("model: 9", ("wrong-type", 4, 8)),
    ("background: 2", ("wrong-value", 4, 13)),
    ("argument-hint: 3", ("wrong-type", 4, 16)),
]


@pytest.mark.parametrize(("line", "expected"), IGNORED)
def test_a_value_that_the_client_ignores_is_a_warning(
    tmp_path: Path, line: str, expected: tuple[str, int, int]
) -> None:
    """The skill is loaded whole, as if the field were absent."""
    file = skill(tmp_path, f"{GOOD}\n{line}")
    assert told(found(file)) == []
    [finding] = [f for f in found(file) if f.level == "warning"]
    assert told([finding], "warning") == [expected]
    assert "the client ignores it" in finding.message


BORNE = [
    ("description: d", "name: 3", ("wrong-type", 3, 7)),
    ("description: d", "name: [a placeholder]", ("wrong-type", 3, 7)),
    ("description: d", "name: ''", ("empty-value", 3, 7)),
    (GOOD, "when_to_use: [a]", ("wrong-type", 4, 14)),
    ("description: d", "name: My_Skill", ("bad-name", 3, 7)),
    ("description: d", "name: a--b", ("bad-name", 3, 7)),
    ("description: d", "name: -a", ("bad-name", 3, 7)),
    ("description: d", f"name: {'a' * 65}", ("too-long", 3, 7)),
    ("description: d", "name: other", ("name-not-folder", 3, 7)),
    ("name: demo", "license: MIT", ("field-missing", 1, 1)),
    ("name: demo", "description:", ("wrong-type", 3, 13)),
    ("name: demo", "description: '  '", ("empty-value", 3, 14)),
    ("name: demo", f"description: {'d' * 1025}", ("too-long", 3, 14)),
    ("name: demo", "description: <b>bold</b>", ("xml-tag", 3, 14)),
    ("name: demo", "description: a: b: c", ("quotes-missing", 3, 15)),
    ("name: demo", "description: [Internal] notes", ("quotes-missing", 3, 25)),
    ("name: demo", "description: `x` notes", ("quotes-missing", 3, 14)),
    ("name: demo", 'description: "a" and: b', ("quotes-missing", 3, 18)),
    ("name: demo", "description:\tnotes", ("quotes-missing", 3, 13)),
    (GOOD, "argument-hint: [a] [b]", ("quotes-missing", 4, 20)),
    (GOOD, "paths: **/*.sql", ("quotes-missing", 4, 9)),
    (GOOD, "paths: {a,b}/**", ("quotes-missing", 4, 13)),
]


@pytest.mark.parametrize(("before", "line", "expected"), BORNE)
def test_what_the_client_loads_all_the_same_is_not_portable(
    tmp_path: Path, before: str, line: str, expected: tuple[str, int, int]
) -> None:
    """It is an error only where the open standard is asked for."""
    file = skill(tmp_path, f"{before}\n{line}")
    assert told(found(file)) == []
    assert expected in told(found(file), "not-portable")
    assert expected in told(found(file, Options(strict_spec=True)))


def test_a_reserved_word_is_not_portable(tmp_path: Path) -> None:
    """claude.ai refuses it."""
    file = skill(tmp_path, "name: claude-notes\ndescription: d")
    assert ("reserved-word", 2, 7) in told(found(file), "not-portable")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("user-invocable: false\ndisable-model-invocation: true", "nobody-can-call"),
        ("agent: Explore", "no-effect"),
    ],
)
def test_fields_that_come_to_nothing_are_a_warning(tmp_path: Path, fields: str, code: str) -> None:
    """Hardly any author means it."""
    warnings = told(found(skill(tmp_path, f"{GOOD}\n{fields}")), "warning")
    assert [each for each, _, _ in warnings] == [code]


@pytest.mark.parametrize(
    "line",
    [
        *[f"effort: {level}" for level in ("low", "medium", "high", "xhigh", "max")],
        *[f"user-invocable: {word}" for word in ("true", "no", "on", "0", "'1'", "Yes")],
        *("context: fork", "context: fork\nagent: Explore", "model: inherit", "shell: powershell"),
        *("arguments: a b", "arguments: [a, b]", "argument-hint: [issue-number]"),
        *("allowed-tools: Read, Bash(git add *)", "allowed-tools: [Read, Grep]"),
        *("allowed-tools: Read Grep", "hooks: {Stop: []}", "metadata: {version: 1.0}"),
        *("hooks: {PreToolUse: [{hooks: [{type: command, command: x}]}]}", "hooks: {_why: text}"),
        *("license: MIT", "compatibility: any", "when_to_use: 'yes'", 'paths: ["**/*.py"]'),
        *("effort: high  # the most", "description2: 'a # b'", "when_to_use: '&a !b #c'"),
        *("license: 2024-01-01", f"when_to_use: {'w' * 1490}"),
    ],
)
def test_a_right_field_is_no_error(tmp_path: Path, line: str) -> None:
    """Every value the client documents or was seen to take passes."""
    assert told(found(skill(tmp_path, f"{GOOD}\n{line}"))) == []


def test_a_skill_whose_guard_cannot_be_read_loses_its_tools(tmp_path: Path) -> None:
    """So the client does; of another event it drops the entry alone."""
    messages = []
    for event in ("PreToolUse", "Stop"):
        file = skill(tmp_path, f"{GOOD}\nhooks: {{{event}: [{{command: x}}]}}")
        messages += [f.message for f in found(file) if f.code == "hook-shape"]
    guard, other = messages
    assert "without any hooks and without allowed-tools" in guard
    assert "the client ignores it" in other


def test_a_description_that_is_cut_is_told_where(tmp_path: Path) -> None:
    """The client lists the first 1,536 characters."""
    [finding] = found(skill(tmp_path, f"name: demo\ndescription: {'d' * 1600}"))
    assert (finding.level, finding.code) == ("error", "too-long")
    assert "has 1,600 characters, the client lists only the first 1,536" in finding.message


def test_lengths_are_allowed_up_to_the_limit(tmp_path: Path) -> None:
    """A description of exactly 1,024 characters is fine."""
    assert told(found(skill(tmp_path, f"name: demo\ndescription: {'ü' * 1024}"))) == []


@pytest.mark.parametrize("mark", [".git", ".claude-plugin"])
def test_the_root_of_a_checkout_may_be_called_anything(tmp_path: Path, mark: str) -> None:
    """A clone's folder is named by whoever cloned it."""
    file = skill(tmp_path, "name: other\ndescription: d")
    (file.parent / mark).mkdir()
    assert told(found(file)) == []


def test_line_ends_of_an_old_mac_are_an_error(tmp_path: Path) -> None:
    """The client sees one line, and no front matter."""
    text = f"---\n{GOOD}\n---\nx\n".encode().replace(b"\n", b"\r")
    assert told(found(raw_skill(tmp_path, text))) == [("line-ends", 1, 1)]


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    """Files from Windows are read, with the same lines and columns."""
    text = f"\ufeff---\n{GOOD}\nhooks: 5\n---\nx\n".encode().replace(b"\n", b"\r\n")
    assert told(found(raw_skill(tmp_path, text))) == [("wrong-type", 4, 8)]


def test_columns_count_characters_even_after_unusual_line_ends(tmp_path: Path) -> None:
    """U+2028 ends no line of the file, although YAML thinks so."""
    front = 'name: demo\ndescription: "a\u2028b äöü"\nmetadata: {ä: ü, ä: 3}'
    assert told(found(skill(tmp_path, front))) == [("duplicate-key", 4, 18)]
