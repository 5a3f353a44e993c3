"""validate.py --fix: what has one right answer, and no other byte."""

import json
import re
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fastapi_pro.cli import validate
from fastapi_pro.validating.check import Options, check_text
from fastapi_pro.validating.frontmatter import parse, split
from fastapi_pro.validating.gate import read_entries
from fastapi_pro.validating.mending.globs import mend_glob
from fastapi_pro.validating.mending.skill import mend_text
from tests.validation.demo_skill import GOOD, found, raw_skill, skill


def fixed(text: str) -> tuple[str, list[str]]:
    """Return the text of a SKILL.md after --fix, and the codes of what was mended."""
    file = Path("demo") / "SKILL.md"
    new, mended = mend_text(text, lambda each: check_text(each, file, "SKILL.md", Options()))
    return new, [finding.code for finding in mended]


def front(*lines: str) -> str:
    """Return a skill with these lines after its description."""
    return "\n".join(["---", GOOD, *lines, "---", "Text.", ""])


NOT_YAML, MISSING, CUT = "front-matter-not-yaml", "quotes-missing", "value-cut"
VALUES = [
    ("when_to_use: Use when: x", 'when_to_use: "Use when: x"', MISSING),
    ('when_to_use: say "a": b', "when_to_use: 'say \"a\": b'", MISSING),
    ("when_to_use: [Internal] notes", 'when_to_use: "[Internal] notes"', MISSING),
    ("when_to_use: `x`: it's \\d", 'when_to_use: "`x`: it\'s \\\\d"', MISSING),
    ("when_to_use:\tnotes", "when_to_use: notes", MISSING),
    ("when_to_use: a: b  ", 'when_to_use: "a: b"  ', MISSING),
    ("argument-hint: [a] [b]", 'argument-hint: "[a] [b]"', MISSING),
    ("paths: **/*.sql", 'paths: "**/*.sql"', MISSING),
    ("paths: {a,b}/**", 'paths: "{a,b}/**"', MISSING),
    ('when_to_use: "a" and: b', "when_to_use: '\"a\" and: b'", MISSING),
    ("when_to_use: 'it's fine'", "when_to_use: 'it''s fine'", NOT_YAML),
    ('when_to_use: "say "hi" now"', 'when_to_use: "say \\"hi\\" now"', NOT_YAML),
    ('when_to_use: "C:\\Users \\d+"', 'when_to_use: "C:\\\\Users \\\\d+"', NOT_YAML),
    ("when_to_use: a: b\n  and on", 'when_to_use: "a: b\n  and on"', NOT_YAML),
    ("paths:\n  - **/*.x\n  - 'a'", "paths:\n  - \"**/*.x\"\n  - 'a'", NOT_YAML),
    ("metadata:\n  a: b: c\n  d: e", 'metadata:\n  a: "b: c"\n  d: e', NOT_YAML),
    ("when_to_use:\u00a0notes", "when_to_use: notes", NOT_YAML),
    ("when_to_use: ask in #channel", 'when_to_use: "ask in #channel"', CUT),
    ("when_to_use: &word and", 'when_to_use: "&word and"', CUT),
    ("when_to_use: 2024", 'when_to_use: "2024"', "wrong-type"),
    ("when_to_use: true", 'when_to_use: "true"', "wrong-type"),
]


@pytest.mark.parametrize(("line", "expected", "code"), VALUES)
def test_a_value_is_put_into_quotes_where_yaml_reads_it_otherwise(
    line: str, expected: str, code: str
) -> None:
    text, codes = fixed(front(line))
    assert text == front(expected)
    assert code in codes


GLOBS = [
    ("paths: ['./**/*.py', x]", "paths: ['**/*.py', x]"),
    ("paths: ['./*.py']", "paths: ['/*.py']"),
    ("paths: ['**\\*.py']", "paths: ['**/*.py']"),
    ('paths: ["src\\\\*.py"]', 'paths: ["src/*.py"]'),
    ("paths:\n  - src\\app\\*.py", "paths:\n  - src/app/*.py"),
    ("paths: '**/*.py **/*.md'", "paths: '**/*.py, **/*.md'"),
    ("paths: ['a{1..3}/*', 'v{a..c}']", "paths: ['a{1,2,3}/*', 'v{a,b,c}']"),
    ("paths: ['**/*.@(ts|tsx)']", "paths: ['**/*.{ts,tsx}']"),
    ("paths: '\"**/*.py\"'", "paths: '**/*.py'"),
    ('paths: "**/*.py", "**/*.ts"', 'paths: ["**/*.py", "**/*.ts"]'),
    ("paths: '*.md, ./a/b, **/*.py'", "paths: '*.md, a/b, **/*.py'"),
]


@pytest.mark.parametrize(("line", "expected"), GLOBS)
def test_a_dead_glob_becomes_what_it_was_meant_to_be(line: str, expected: str) -> None:
    assert fixed(front(line))[0] == front(expected)


BODIES = [
    ("```python\nq('… $1', '$2')\n```", "```python\nq('… \\$1', '\\$2')\n```"),
    ("```\n$ARGUMENTS\n```", "```\n\\$ARGUMENTS\n```"),
    ("It costs $0.10.", "It costs \\$0.10."),
    ("Count with `awk '{print $1}'`.", "Count with `awk '{print \\$1}'`."),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_what_the_client_would_replace_gets_a_backslash(body: str, expected: str) -> None:
    assert fixed(f"---\n{GOOD}\n---\n{body}\n")[0] == f"---\n{GOOD}\n---\n{expected}\n"


LEFT = [
    *("effort: High", "allowed_tools: Read", "when_to_use: a  # a remark", "paths: []", "foo: x"),
    *("paths: ['/app//*.py']", "paths: ['C:/x/*.py']", "paths: ['../x/*.py']", "paths: ['[!x].y']"),
    *("paths: ['My [!a] *.docx']", "paths: ['?(a).py']", "paths: ['a\\*']", "name: demo"),
    *("metadata: text", "hooks: {PreTool: []}", "model: 9", "when_to_use: [a]", "# ----- when"),
    *("when_to_use: 'a' or 'b'", 'when_to_use: "a" or "b"', 'when_to_use: "\\d\\n"'),
    *("when_to_use: a\n  license: MIT", "metadata: x\n  a: b", "arguments:\n  - a: b: c # d"),
    *("when_to_use: a: b\n  c # d", "allowed-tools: Bash(git *", "context: Fork"),
]


@pytest.mark.parametrize("line", LEFT)
def test_what_could_be_meant_in_two_ways_is_left(line: str) -> None:
    assert fixed(front(line)) == (front(line), [])


@pytest.mark.parametrize(
    "body",
    [
        *("```\n!`date`\n```", "Run it with $1 and $2.", "`$CLAUDE_PLUGIN_ROOT/x`", "\\$1"),
        *("[a](references/gone.md)", "```sh\nx \\\\$1\n```"),
    ],
)
def test_a_body_that_could_be_meant_in_two_ways_is_left(body: str) -> None:
    text = f"---\n{GOOD}\n---\n{body}\n"
    assert fixed(text) == (text, [])


def test_line_ends_of_an_old_mac_are_mended() -> None:
    assert fixed(front().replace("\n", "\r")) == (front(), ["line-ends"])


def test_what_was_hidden_behind_broken_yaml_is_mended_too() -> None:
    text, codes = fixed(front("metadata:\n  a: b: c", "paths: ['./**/*.py']"))
    assert text == front('metadata:\n  a: "b: c"', "paths: ['**/*.py']")
    assert codes == [NOT_YAML, "dead-glob"]


_PIECES = st.sampled_from(
    [
        *("description: ", "when_to_use: ", "paths:", " ", "\n", "\n  ", "\n  - ", "\r\n", "\r"),
        *("'", '"', ": ", " #", "# ", "[", "]", "{", "}", "&a ", "!b ", "*", "**/", "./", "\\"),
        *("a", "word", "1", "..", ",", "@(a|b)", "{1..3}", "\u00a0", "\ufeff", "\t", "---", "true"),
    ]
)
_BODY = st.sampled_from(
    ["```", "\n", "\r\n", "$1", "$0.5", "\\", "$ARGUMENTS", "awk ", "`", " ", "x", "é", "!`a`"]
)


@pytest.mark.slow
@given(
    fields=st.lists(_PIECES, max_size=25).map("".join),
    body=st.lists(_BODY, max_size=15).map("".join),
    mark=st.sampled_from(["", "\ufeff"]),
)
@example(fields="when_to_use: a: b\r\npaths: ./**/*.py", body="```\r\n$1\r\n```", mark="\ufeff")
@example(fields='paths: {1..3}, "./a/b"', body="awk $1 and \\$2", mark="")
def test_fixing_twice_is_fixing_once_and_touches_nothing_else(
    fields: str, body: str, mark: str
) -> None:
    """Only quotes, backslashes, globs and line ends differ: the words stay as they are."""
    text = f"{mark}---\n{GOOD}\n{fields}\n---\n{body}"
    new, codes = fixed(text)
    assert fixed(new)[0] == new
    assert (new == text) == (not codes)
    if "line-ends" not in codes:
        old_lines, new_lines = text.split("\n"), new.split("\n")
        assert len(old_lines) == len(new_lines)
        changed = [n for n, (a, b) in enumerate(zip(old_lines, new_lines, strict=True)) if a != b]
        assert [old_lines[n].endswith("\r") for n in changed] == [
            new_lines[n].endswith("\r") for n in changed
        ]
        if "{1..3}" not in fields:
            assert re.findall(r"\w+", new) == re.findall(r"\w+", text)


@given(st.text(alphabet="ab1:#'\"\\[]{}&!*%@`,é- ", min_size=1, max_size=25))
def test_a_text_in_quotes_is_the_text_that_the_client_read(value: str) -> None:
    """Where the client reads the value all the same, --fix changes what it reads in nothing."""
    text = front(f"when_to_use: {value}")
    new, codes = fixed(text)
    if set(codes) == {MISSING}:
        read = [parse(split(each).yaml).values for each in (text, new)]
        assert read[0] == read[1]


@given(st.lists(st.sampled_from(["./", "**/", "*.py", "a", "/", "\\", " ", "{1..2}", "'"])))
def test_a_glob_that_was_mended_is_alive_and_stays(parts: list[str]) -> None:
    mended = mend_glob("".join(parts))
    assert mended is None or mend_glob(mended) is None


def test_a_file_is_written_whole_and_keeps_its_mode_and_line_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = f"\ufeff---\n{GOOD}\npaths: ['./**/*.py']\nx-é: 1  \n---\n\n$x\n".encode()
    file = raw_skill(tmp_path, content.replace(b"\n", b"\r\n"))
    file.chmod(0o640)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "SKILL.md").symlink_to(file)
    assert validate.main([str(tmp_path / "link"), "--fix"]) == 0
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b"./", b"")
    assert file.read_bytes() == content.replace(b"\n", b"\r\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (tmp_path / "link" / "SKILL.md").is_symlink()
    printed = capsys.readouterr()
    assert "SKILL.md:4:9: dead-glob fixed: " in printed.out
    assert "now paths: ['**/*.py']" in printed.out
    assert "fixed: 2" in printed.err
    assert sorted(path.name for path in file.parent.iterdir()) == ["SKILL.md"]


def test_a_dry_run_shows_a_diff_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = skill(tmp_path, f"{GOOD}\npaths: ['./**/*.py']")
    before = file.read_bytes()
    assert validate.main([str(file), "--fix", "--dry-run"]) == 1
    assert file.read_bytes() == before
    printed = capsys.readouterr()
    assert "-paths: ['./**/*.py']\n+paths: ['**/*.py']\n" in printed.out
    assert "to be fixed: 1" in printed.err
    with pytest.raises(SystemExit):
        validate.main([str(file), "--dry-run"])


def test_json_tells_what_was_fixed_and_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = skill(tmp_path, f"{GOOD}\neffort: 3\npaths: ['./**/*.py']")
    assert validate.main([str(file), "--fix", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in told["fixed"]] == ["dead-glob"]
    assert "wrong-value" in [each["code"] for each in told["findings"]]


def test_a_mark_before_a_manifest_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    manifest = tmp_path / ".claude-plugin" / "plugin.json"
    manifest.write_bytes(b'\xef\xbb\xbf{"name": "a"}\r\n')
    assert validate.main([str(tmp_path)]) == 1
    assert validate.main([str(tmp_path), "--fix"]) == 0
    assert manifest.read_bytes() == b'{"name": "a"}\r\n'


def test_a_file_that_may_not_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = skill(tmp_path, f"{GOOD}\npaths: ['./**/*.py']")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.fsync", refuse)
    assert validate.main([str(file), "--fix"]) == 2
    printed = capsys.readouterr()
    assert "not written: Permission denied" in printed.err
    assert "dead-glob" in printed.out
    assert "fixed:" not in printed.out


def test_what_is_fixed_is_read_as_the_author_meant(tmp_path: Path) -> None:
    """The entries of `paths` after the fix are those that the message names."""
    text, _ = fixed(front("paths: '**/*.py **/*.md'"))
    entries = read_entries(parse(split(text).yaml), text.split("\n"))
    assert [entry.text for entry in entries] == ["**/*.py", "**/*.md"]
    assert "dead-glob" not in [f.code for f in found(raw_skill(tmp_path, text.encode()))]
