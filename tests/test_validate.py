"""validate.py finds what is wrong in a skill, says where, and finds nothing in what is right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import fastapi
import pytest
from hypothesis import given
from hypothesis import strategies as st

import validate
from skillmd.report import Finding
from validation.check import Options, check_skill
from validation.gate import suggest
from validation.globs import matching_pattern

SCRIPT = Path(validate.__file__)
GOOD = "name: demo\ndescription: Does a thing. Use when it is asked for."


def skill(tmp_path: Path, front: str, body: str = "Text.\n") -> Path:
    """Write the skill `demo` with these lines of front matter, and return its SKILL.md."""
    return raw_skill(tmp_path, f"---\n{front}\n---\n{body}".encode())


def raw_skill(tmp_path: Path, content: bytes) -> Path:
    """Write these bytes as the SKILL.md of the skill `demo`."""
    folder = tmp_path / "demo"
    folder.mkdir(exist_ok=True)
    (folder / "SKILL.md").write_bytes(content)
    return folder / "SKILL.md"


def found(file: Path, options: Options | None = None) -> list[Finding]:
    """Return the findings of one skill."""
    return check_skill(file, "SKILL.md", options or Options())


def told(findings: list[Finding], level: str = "error") -> list[tuple[str, int, int]]:
    """Return code, line and column of the findings of a level."""
    return [(f.code, f.line, f.column) for f in findings if f.level == level]


BROKEN = [
    ("", ("front-matter-not-a-mapping", 2, 1)),
    ("just text", ("front-matter-not-a-mapping", 2, 1)),
    ("- a\n- b", ("front-matter-not-a-mapping", 2, 1)),
    ("name: demo\ndescription: a: b: c", ("front-matter-not-yaml", 3, 15)),
    ("name: demo\n\tdescription: x", ("front-matter-not-yaml", 3, 1)),
    ("name: [demo", ("front-matter-not-yaml", 2, 12)),
    ("name: @demo", ("front-matter-not-yaml", 2, 7)),
    ("name: demo\n? [a]\n: b", ("front-matter-not-yaml", 3, 3)),
    ("name: a\x07b", ("front-matter-not-yaml", 2, 8)),
    ('name: "\\UFFFFFFFF"', ("front-matter-not-yaml", 2, 1)),
    ("name: " + "[" * 5000, ("front-matter-not-yaml", 2, 35)),
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
        (b"", ("front-matter-missing", 1, 1)),
        (b"# Title\n", ("front-matter-missing", 1, 1)),
        (b"\n---\nname: demo\n---\n", ("front-matter-missing", 1, 1)),
        (b"---\nname: demo\n", ("front-matter-unclosed", 1, 1)),
        (b"---\nname: d\xff\n---\n", ("not-text", 2, 8)),
        (b"---\nname: demo\ndescription: d\n---\nab\0", ("not-text", 5, 3)),
        (b"---\ra\r\nb\xff", ("not-text", 3, 2)),
        (b"\x89PNG\r\n\x1a\n\0\0", ("not-text", 1, 1)),
        (b"\xff\xfe-\0-\0-\0", ("not-text", 1, 1)),
        (b"---\n" + b"x" * 300_000, ("file-too-large", 1, 1)),
    ],
)
def test_a_file_that_is_no_skill_text_is_one_error(
    tmp_path: Path, content: bytes, expected: tuple[str, int, int]
) -> None:
    """Missing and unclosed front matter, binary and huge files are findings, not tracebacks."""
    assert told(found(raw_skill(tmp_path, content))) == [expected]


FIELDS = [
    ("description: d", "name: ''", ("empty-value", 3, 7)),
    ("description: d", "name: 3", ("wrong-type", 3, 7)),
    ("description: d", "name: My_Skill", ("bad-name", 3, 7)),
    ("description: d", "name: a--b", ("bad-name", 3, 7)),
    ("description: d", "name: -a", ("bad-name", 3, 7)),
    ("description: d", f"name: {'a' * 65}", ("too-long", 3, 7)),
    ("description: d", "name: other", ("name-not-folder", 3, 7)),
    ("name: demo", "license: MIT", ("field-missing", 1, 1)),
    ("name: demo", "description:", ("wrong-type", 3, 13)),
    ("name: demo", "description: '  '", ("empty-value", 3, 14)),
    ("name: demo", f"description: {'d' * 1025}", ("too-long", 3, 14)),
    (GOOD, f"when_to_use: {'w' * 1500}", ("too-long", 4, 14)),
    (GOOD, "when_to_use: [a]", ("wrong-type", 4, 14)),
    (GOOD, "effort: 3", ("wrong-value", 4, 9)),
    (GOOD, "effort: banana", ("wrong-value", 4, 9)),
    (GOOD, "effort: [high]", ("wrong-value", 4, 9)),
    (GOOD, "context: spoon", ("wrong-value", 4, 10)),
    (GOOD, "shell: zsh", ("wrong-value", 4, 8)),
    (GOOD, "hooks: 5", ("wrong-type", 4, 8)),
    (GOOD, "metadata: text", ("wrong-type", 4, 11)),
    (GOOD, "model: 9", ("wrong-type", 4, 8)),
    (GOOD, "user-invocable: maybe", ("wrong-value", 4, 17)),
    (GOOD, "disable-model-invocation: [true]", ("wrong-value", 4, 27)),
    (GOOD, "background: 2", ("wrong-value", 4, 13)),
    (GOOD, "arguments: {a: b}", ("wrong-type", 4, 12)),
    (GOOD, "argument-hint: 3", ("wrong-type", 4, 16)),
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


@pytest.mark.parametrize(
    "line",
    [
        *[f"effort: {level}" for level in ("low", "medium", "high", "xhigh", "max")],
        *[f"user-invocable: {word}" for word in ("true", "no", "on", "0", "'1'", "Yes")],
        *("context: fork", "agent: Explore", "model: inherit", "shell: powershell"),
        *("arguments: a b", "arguments: [a, b]", "argument-hint: [issue-number]"),
        *("allowed-tools: Read, Bash(git add *)", "allowed-tools: [Read, Grep]"),
        *("allowed-tools: Read Grep", "hooks: {Stop: []}", "metadata: {version: 1.0}"),
        *("license: MIT", "compatibility: any", "when_to_use: 'yes'", 'paths: ["**/*.py"]'),
        *("license: 2024-01-01", f"when_to_use: {'w' * 1490}"),
    ],
)
def test_a_right_field_is_no_error(tmp_path: Path, line: str) -> None:
    """Every value the client documents or was seen to take passes."""
    assert told(found(skill(tmp_path, f"{GOOD}\n{line}"))) == []


def test_lengths_are_allowed_up_to_the_limit(tmp_path: Path) -> None:
    """A description of exactly 1,024 characters is fine."""
    assert told(found(skill(tmp_path, f"name: demo\ndescription: {'ü' * 1024}"))) == []


@pytest.mark.parametrize("mark", [".git", ".claude-plugin"])
def test_the_root_of_a_checkout_may_be_called_anything(tmp_path: Path, mark: str) -> None:
    """A clone's folder is named by whoever cloned it."""
    file = skill(tmp_path, "name: other\ndescription: d")
    (file.parent / mark).mkdir()
    assert told(found(file)) == []


@pytest.mark.parametrize("newline", [b"\r\n", b"\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path, newline: bytes) -> None:
    """Files from Windows are read, with the same lines and columns."""
    text = f"\ufeff---\n{GOOD}\neffort: 3\n---\nx\n".encode().replace(b"\n", newline)
    assert told(found(raw_skill(tmp_path, text))) == [("wrong-value", 4, 9)]


def test_columns_count_characters_even_after_unusual_line_ends(tmp_path: Path) -> None:
    """U+2028 ends no line of the file, although YAML thinks so."""
    front = 'name: demo\ndescription: "a\u2028b äöü"\nmetadata: {ä: ü, ä: 3}'
    assert told(found(skill(tmp_path, front))) == [("duplicate-key", 4, 18)]


GLOBS = [
    ("paths: 3", "error", ("wrong-type", 4, 8)),
    ("paths: {a: b}", "error", ("wrong-type", 4, 8)),
    ("paths: []", "error", ("empty-paths", 4, 8)),
    ("paths: ''", "error", ("empty-paths", 4, 8)),
    ("paths: ['**/*.py', 3]", "error", ("wrong-type", 4, 20)),
    ("paths: ['**/*.py', '/app//*.py']", "error", ("dead-glob", 4, 20)),
    ("paths:\n  - '*.py'\n  - ./**/*.txt", "error", ("dead-glob", 6, 5)),
    ("paths: '*.md, ./a, **/*.py'", "error", ("dead-glob", 4, 15)),
    ("paths: ['a[b']", "error", ("dead-glob", 4, 9)),
    ("paths: ['']", "error", ("dead-glob", 4, 9)),
    ("paths: ['*.{py,/x//}']", "error", ("dead-glob", 4, 9)),
    ("paths: ['" + "{a,b}" * 10 + "']", "error", ("too-many-patterns", 4, 9)),
    ("paths: ['!*.py', '!*.txt']", "error", ("only-negations", 4, 9)),
    ("paths: ['**/*.md', /*.py]", "warning", ("anchored-glob", 4, 20)),
    ("paths: ['*.py ']", "warning", ("glob-spaces", 4, 9)),
    ("paths: ['**']", "warning", ("matches-everything", 4, 9)),
    ("paths: ['**/*.py', '**/main.py']", "warning", ("redundant-glob", 4, 20)),
    ("paths: ['/main.py', '**/main.py']", "warning", ("redundant-glob", 4, 9)),
    ("paths: '**/*.py, **/*.py'", "warning", ("redundant-glob", 4, 9)),
    ("paths: ['**/*.{py,md}', '**/{a,b}.py']", "warning", ("redundant-glob", 4, 25)),
]


@pytest.mark.parametrize(("line", "level", "expected"), GLOBS)
def test_a_bad_glob_is_told_at_its_place(
    tmp_path: Path, line: str, level: str, expected: tuple[str, int, int]
) -> None:
    """Dead globs are errors; anchored, redundant and boundless ones are warnings."""
    assert expected in told(found(skill(tmp_path, f"{GOOD}\n{line}")), level)


def test_the_lost_globs_of_the_seed_are_all_told(tmp_path: Path) -> None:
    """One can never match, four match in the project folder only, one of these needlessly."""
    globs = '"/*.py", "/requirements*.txt", "/pyproject.toml", "/main.py", "/app//*.py"'
    codes = [f.code for f in found(skill(tmp_path, f"{GOOD}\npaths: [{globs}]"))]
    assert sorted(codes) == sorted(
        ["anchored-glob"] * 4 + ["dead-glob", "redundant-glob", "not-portable"]
    )


def test_good_globs_are_not_told(tmp_path: Path) -> None:
    """The three globs of this project give no finding but the field's portability."""
    line = 'paths: ["**/*.py", "**/requirements*.txt", "**/pyproject.toml"]'
    assert [f.code for f in found(skill(tmp_path, f"{GOOD}\n{line}"))] == ["not-portable"]


def test_a_glob_that_a_negation_needs_is_not_called_redundant(tmp_path: Path) -> None:
    """With a negation in between, a covered glob opens again what was closed."""
    line = "paths: ['**/*.py', '!**/test_*.py', '**/test_main.py']"
    assert "redundant-glob" not in [f.code for f in found(skill(tmp_path, f"{GOOD}\n{line}"))]


def test_a_redundant_glob_names_the_one_that_covers_it(tmp_path: Path) -> None:
    """The message says by which glob, so that the reader can check it."""
    line = "paths: ['**/*.py', '**/app/**/*.py']"
    messages = [f.message for f in found(skill(tmp_path, f"{GOOD}\n{line}"))]
    assert '"**/app/**/*.py" is redundant: "**/*.py" matches all that it matches' in messages


WARNINGS = [
    ("type: reference", ("unknown-key", 4, 1), "move it under `metadata`"),
    ("allowed_tools: Read", ("unknown-key", 4, 1), "write `allowed-tools`"),
    ("when-to-use: x", ("unknown-key", 4, 1), "write `when_to_use`"),
    ("globs: x", ("unknown-key", 4, 1), "write `paths`"),
    ("allowed-tools: Read, Bash", ("bare-bash", 4, 16), "narrow it"),
    ("allowed-tools: Bash(*)", ("bare-bash", 4, 16), "narrow it"),
    ("effort:", ("empty-value", 4, 1), "give it a value"),
    ("effort: high", ("not-portable", 4, 1), "keep it for Claude Code alone"),
    ("metadata: {version: 1.0}", ("not-portable", 4, 1), "keep it for Claude Code alone"),
]


@pytest.mark.parametrize(("line", "expected", "fix"), WARNINGS)
def test_what_the_client_bears_is_a_warning(
    tmp_path: Path, line: str, expected: tuple[str, int, int], fix: str
) -> None:
    """Unknown keys, a bare Bash, empty and unportable fields are told with what to write."""
    findings = found(skill(tmp_path, f"{GOOD}\n{line}"))
    assert (told(findings), told(findings, "warning")) == ([], [expected])
    assert fix in findings[0].fix


def test_a_name_without_value_counts_as_absent(tmp_path: Path) -> None:
    """The client needs no name; the open standard does."""
    for line, code in (("name:", "empty-value"), ("", "not-portable")):
        findings = found(skill(tmp_path, f"description: d\n{line}"))
        assert told(findings) == []
        assert code in [f.code for f in findings]


def test_a_skill_of_the_open_standard_has_no_finding(tmp_path: Path) -> None:
    """The six fields, used as the standard says, pass its strict reading."""
    rest = "license: MIT\ncompatibility: any\nmetadata: {a: b}\nallowed-tools: Read Grep"
    assert found(skill(tmp_path, f"{GOOD}\n{rest}"), Options(strict_spec=True)) == []


def test_strict_spec_makes_each_foreign_field_an_error(tmp_path: Path) -> None:
    """One warning for the file becomes one error for each field."""
    file = skill(tmp_path, f"{GOOD}\neffort: high\npaths: '**/*.py'\nallowed-tools: [Read]\nfoo: x")
    assert [code for code, _, _ in told(found(file), "warning")].count("not-portable") == 1
    strict = told(found(file, Options(strict_spec=True)))
    assert strict == [("not-portable", line, 1) for line in (4, 5, 6, 7)]


def test_an_oversized_body_is_a_warning_or_on_request_an_error(tmp_path: Path) -> None:
    """Lines and tokens are counted over the body alone."""
    for body, word in (("x\n" * 501, "501 lines"), ("x" * 20_004, "5,001 tokens")):
        file = skill(tmp_path, GOOD, body)
        findings = found(file)
        assert told(findings, "warning") == [("body-too-long", 5, 1)]
        assert word in findings[0].message
        assert told(found(file, Options(max_size_error=True))) == [("body-too-long", 5, 1)]
    assert found(skill(tmp_path, GOOD, "x\n" * 500)) == []


LINKS = [
    ("[a](references/gone.md)", ("link-missing", 5, 5)),
    ("x\n\n- ![a](gone.png)", ("link-missing", 7, 8)),
    ("[a][b]\n\n[b]: gone.md 'title'", ("link-missing", 7, 6)),
    ("[a](gone%20there.md)", ("link-missing", 5, 5)),
    ("[a](here.md#part) [b](gone.md#part)", ("link-missing", 5, 23)),
    ("[a](../gone.md)", ("link-missing", 5, 5)),
    ("[a](/etc/passwd)", ("link-outside", 5, 5)),
    ("[a](~/notes.md)", ("link-outside", 5, 5)),
    ("read `references/gone.md`", ("link-missing", 5, 7)),
    ("run `scripts/gone.py --all`", ("link-missing", 5, 6)),
    ("run `scripts/gone.py <file>`", ("link-missing", 5, 6)),
    ("| a | b |\n| - | - |\n| x | `assets/gone.txt` |", ("link-missing", 7, 8)),
]


@pytest.mark.parametrize(("body", "expected"), LINKS)
def test_a_file_that_is_not_there_is_an_error(
    tmp_path: Path, body: str, expected: tuple[str, int, int]
) -> None:
    """Links of every form and files named in code are looked up in the skill."""
    file = skill(tmp_path, GOOD, body)
    (file.parent / "here.md").touch()
    assert told(found(file)) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        *("[a](https://x.y/z)", "[a](mailto:a@b.c)", "[a](#part)", "[a](//x.y)", "<http://x.y>"),
        *("[a](here.md)", "[a](./here.md?x#y)", "[a](references)", "[a](references/a%20b.md)"),
        *("[a]({placeholder})", "[a](http://[)", "`references/a b.md`"),
        *("`references/`", "`scripts/*.py`", "`scripts/<name>.py`", "`myscripts/x.py`"),
        *("such as `references/finance.md`", "**Example**: `scripts/rotate.py`"),
        *("```\n[a](gone.md) `scripts/gone.py`\n```", "    [a](gone.md)", "`[a](gone.md)`"),
    ],
)
def test_what_is_no_file_of_the_skill_is_left_alone(tmp_path: Path, body: str) -> None:
    """Addresses, anchors, placeholders, examples and code blocks are no links to files."""
    file = skill(tmp_path, GOOD, body)
    (file.parent / "references").mkdir()
    (file.parent / "here.md").touch()
    (file.parent / "references" / "a b.md").touch()
    (file.parent / "references" / "a").touch()
    assert found(file) == []


def test_a_link_to_a_file_beside_the_skill_is_a_warning(tmp_path: Path) -> None:
    """It works in a plugin and breaks where the skill is installed alone."""
    (tmp_path / "beside.md").touch()
    findings = found(skill(tmp_path, GOOD, "[a](../beside.md)"))
    assert told(findings, "warning") == [("link-outside", 5, 5)]


def test_the_links_of_references_are_checked_from_their_own_folder(tmp_path: Path) -> None:
    """A page links relative to itself, and the finding names the page."""
    file = skill(tmp_path, GOOD)
    (file.parent / "references").mkdir()
    page = file.parent / "references" / "a.md"
    page.write_text("[ok](../SKILL.md) [ok](a.md) [no](references/a.md) `scripts/other.py`\n")
    findings = found(file)
    assert [(f.path, f.code, f.column) for f in findings] == [
        (str(Path("references", "a.md")), "link-missing", 35)
    ]


CLIENT = [
    ("```python\nawait c.execute('… $1')\n```", ("client-syntax", 6, 20)),
    ("```\n$ARGUMENTS\n```", ("client-syntax", 6, 1)),
    ("```\n!`date`\n```", ("client-syntax", 6, 1)),
    ("- x\n  ~~~sh\n  awk '{print $0}'\n  ~~~", ("client-syntax", 7, 15)),
    ("```python\n'${CLAUDE_SKILL_DIR}/x'\n```", ("client-syntax", 6, 2)),
    ("```bash\ncd ${CLAUDE_SKILL_DIR}\n```", ("client-syntax", 6, 4)),
    ("```bash\necho ${CLAUDE_SESSION_ID}/\n```", ("client-syntax", 6, 6)),
    ("```\nunclosed $2", ("client-syntax", 6, 10)),
]


@pytest.mark.parametrize(("body", "expected"), CLIENT)
def test_what_the_client_would_act_on_in_a_fence_is_an_error(
    tmp_path: Path, body: str, expected: tuple[str, int, int]
) -> None:
    """A fence is no protection: the sample would be spoilt or run."""
    assert told(found(skill(tmp_path, GOOD, body))) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        *("!`date`", "$ARGUMENTS and `$1`", "${CLAUDE_SKILL_DIR}", "```!\necho $1\n```"),
        *("```bash\npython ${CLAUDE_SKILL_DIR}/scripts/x.py\n```", "```\n$HOME $name {id}\n```"),
        *("```\nword!`date`\n```", "```\ncosts $500\n```"),
    ],
)
def test_client_syntax_is_left_alone_where_it_is_a_feature(tmp_path: Path, body: str) -> None:
    """Outside fences, in a fence that is to run, and for naming a bundled script it is meant."""
    assert found(skill(tmp_path, GOOD, body)) == []


def test_the_official_fastapi_skill_has_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A skill that is right is found right."""
    folder = Path(fastapi.__file__).parent / ".agents" / "skills"
    assert validate.main([str(folder)]) == 0
    assert capsys.readouterr().out == ""


def test_every_skill_below_a_folder_is_found_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folders of skills are walked; links in circles, git and virtual environments are not."""
    for name in ("one", ".claude/skills/two", ".venv/three", ".git/four", "node_modules/five"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text(f"---\nname: {folder.name}\ndescription: d\n---\n")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert validate.main([str(tmp_path)]) == 0
    assert "skills: 2," in capsys.readouterr().err


def test_several_arguments_of_every_kind_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder, a SKILL.md and the same skill twice: each skill is checked once."""
    file = skill(tmp_path, GOOD)
    assert validate.main([str(tmp_path), str(file), str(file.parent)]) == 0
    assert "skills: 1," in capsys.readouterr().err


def test_a_folder_named_skill_md_is_an_error(tmp_path: Path) -> None:
    """What cannot be read as a file is a finding."""
    (tmp_path / "demo" / "SKILL.md").mkdir(parents=True)
    assert told(found(tmp_path / "demo" / "SKILL.md")) == [("unreadable", 1, 1)]


def test_a_skill_md_that_links_to_nowhere_is_an_error(tmp_path: Path) -> None:
    """A broken link, or one to itself, is a finding too."""
    (tmp_path / "demo").mkdir()
    for target in ("gone", "SKILL.md"):
        file = tmp_path / "demo" / "SKILL.md"
        file.unlink(missing_ok=True)
        file.symlink_to(target)
        assert validate.main([str(file.parent)]) == 1
        assert told(found(file)) == [("unreadable", 1, 1)]


@pytest.mark.parametrize("arguments", [["/no/such/folder"], ["--format", "xml"], ["--no-option"]])
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    """A path that is not there, or an unknown option, is the caller's mistake."""
    try:
        code = validate.main(arguments)
    except SystemExit as stop:
        code = int(str(stop.code))
    assert code == 2


def test_a_folder_without_skills_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checking nothing must not look like finding nothing."""
    assert validate.main([str(tmp_path)]) == 2
    assert "no SKILL.md" in capsys.readouterr().err


def test_this_repository_is_the_default_and_its_size_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default is the folder above scripts/, whose body must not be too long."""
    assert SCRIPT.parent.parent == validate.REPO
    file = skill(tmp_path, GOOD, "x\n" * 501)
    assert validate.main([str(file)]) == 0
    assert validate.main([str(file), "--max-size-error"]) == 1
    monkeypatch.setattr(validate, "REPO", file.parent.resolve())
    assert validate.main([]) == 1
    assert validate.main([str(file)]) == 1


def test_warnings_alone_exit_with_0_and_errors_with_1(tmp_path: Path) -> None:
    """Only errors fail a build."""
    assert validate.main([str(skill(tmp_path, f"{GOOD}\nfoo: x"))]) == 0
    assert validate.main([str(skill(tmp_path, f"{GOOD}\neffort: 3"))]) == 1


def test_the_three_formats_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text for people, JSON for programs, commands for GitHub, each with place and code."""
    skill(tmp_path, f"{GOOD}\neffort: 3")
    monkeypatch.chdir(tmp_path)
    place = str(Path("demo", "SKILL.md"))
    validate.main(["demo"])
    assert capsys.readouterr().out.startswith(f"{place}:4:9: wrong-value `effort` is 3")
    validate.main(["demo", "--format", "json"])
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["path"], first["line"], first["code"]) == (place, 4, "wrong-value")
    assert "xhigh" in first["fix"]
    validate.main(["demo", "--format", "github"])
    assert f"::error file={place},line=4,col=9,title=wrong-value::" in capsys.readouterr().out


def tried(
    front: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[bool, str | None, str]:
    """Return the answer to --try for one file in a skill with this front matter."""
    validate.main([str(skill(tmp_path, front)), "--format", "json", "--try", file])
    (answer,) = json.loads(capsys.readouterr().out)["tried"]
    return answer["opens"], answer["glob"], answer["why"]


THREE = 'paths: ["**/*.py", "**/requirements*.txt", "**/pyproject.toml"]'
TRIES = [
    (THREE, "app/main.py", True, "**/*.py", "line 4"),
    (THREE, "requirements/dev.txt", False, None, '"**/requirements/*.txt" would match'),
    (THREE, "package.json", False, None, '"**/package.json" would match'),
    (THREE, "../x.py", False, None, "relative to the project folder"),
    (THREE, ".", False, None, "relative to the project folder"),
    ("paths: '**/*.py, **/pyproject.toml'", "pyproject.toml", True, "**/pyproject.toml", ""),
    ("paths: ['/*.py']", "app/main.py", False, None, "in the project folder only"),
    ("paths: ['/app//*.py']", "app/main.py", False, None, "can never match"),
    ("paths: ['**/*.{py,toml}']", "app/main.py", True, "**/*.{py,toml}", ""),
    ("paths: ['*.py', '!**/main.py']", "app/main.py", False, "!**/main.py", "excludes it"),
    ("paths: []", "app/main.py", True, None, "always listed"),
    ("license: MIT", "app/main.py", True, None, "always listed"),
    ("disable-model-invocation: true", "main.py", False, None, "only /name calls it"),
    ("a: b: c", "main.py", False, None, "the client drops it"),
]


@pytest.mark.parametrize("case", TRIES)
def test_try_says_which_glob_opens_the_gate_or_why_none_does(
    case: tuple[str, str, bool, str | None, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The question "Why does my skill not load?" is answered for any file."""
    line, file, opens, glob, why = case
    answer = tried(f"{GOOD}\n{line}", file, tmp_path, capsys)
    assert answer[:2] == (opens, glob)
    assert why in answer[2]


def test_try_takes_an_absolute_path_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project folder is where the command runs."""
    monkeypatch.chdir(tmp_path)
    assert tried(f"{GOOD}\npaths: ['/app/*.py']", f"{tmp_path}/app/x.py", tmp_path, capsys)[0]


@given(st.from_regex(r"[a-z\[\]{}*?!# ,.é]{1,8}(/[a-z\[\]{}*?!# ,.é]{1,8}){0,2}", fullmatch=True))
def test_the_glob_that_try_suggests_does_match(path: str) -> None:
    """Whatever the file is called, the advice is right."""
    parts = path.split("/")
    if "." not in parts and ".." not in parts and path == path.strip():
        assert matching_pattern([suggest(path)], path)[1]


def test_try_tells_what_opens_a_gate_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The most common cause is no glob: files read by Bash do not count."""
    file = skill(tmp_path, f"{GOOD}\n{THREE}")
    assert validate.main([str(file), "--try", "a.py", "b.txt"]) == 0
    out = capsys.readouterr().out
    assert 'a.py: opens: "**/*.py" (line 4) matches' in out
    assert "b.txt: stays shut: no glob matches" in out
    assert "Bash (cat), Glob and Grep do not" in out


_YAML = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("name", "description", "paths", "effort", "metadata", ": ", "- ", "\n", "\n  "),
                *("[", "]", "{", "}", "&a ", "*a", "!!", "|", ">", "'", '"', "#", "---", "\t"),
                *("!!int ", "!!binary ", "? ", "<<", "0x", "1:30", "~", ".inf", "2024-01-01"),
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=30,
).map("".join)


@given(front=_YAML, body=st.text(max_size=80))
def test_no_front_matter_crashes_or_changes_a_file(
    tmp_path_factory: pytest.TempPathFactory, front: str, body: str
) -> None:
    """Any text between the fences ends in findings at places that exist."""
    content = f"---\n{front}\n---\n{body}".encode("utf-8", "surrogatepass")
    _survives(raw_skill(tmp_path_factory.getbasetemp(), content), content)


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_crash_or_change_a_file(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, fenced: bool
) -> None:
    """Nor does anything else."""
    content = b"---\n" + content + b"\n---\n" + content if fenced else content
    _survives(raw_skill(tmp_path_factory.getbasetemp(), content), content)


def _survives(file: Path, content: bytes) -> None:
    findings = found(file)
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in findings:
        assert 1 <= finding.line <= len(lines) + 1
        assert 1 <= finding.column <= max(map(len, lines)) + 2
        assert finding.fix
    assert validate.main([str(file), "--try", "a.py"]) == int(bool(told(findings)))
    assert file.read_bytes() == content


def test_the_command_runs_from_anywhere(tmp_path: Path) -> None:
    """The script finds its own modules, prints findings and exits like main()."""
    skill(tmp_path, f"{GOOD}\neffort: 3")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "demo"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    assert run.stdout.startswith(f"{Path('demo', 'SKILL.md')}:4:9: wrong-value")


def test_output_that_cannot_be_printed_or_read_is_no_traceback(tmp_path: Path) -> None:
    """Names that are no text, a terminal without Unicode and a closed pipe are survived."""
    folder = tmp_path / "d\udcff"
    folder.mkdir()
    (folder / "SKILL.md").write_text(f"---\n{GOOD}\neffort: ü\n---\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), "--try", "ü\udcff"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        piped = subprocess.run(
            [sys.executable, str(SCRIPT), str(folder)],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    assert (piped.returncode, "Error" in piped.stderr) == (1, False)
