"""validate.py on the text of a skill: its size, its links, what the client would act on."""

from pathlib import Path

import pytest

from fastapi_pro.validating.check import Options
from tests.validation.demo_skill import GOOD, found, skill, told


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
    ("[a](/etc/hosts.conf)", ("link-outside", 5, 5)),
    ("[a](~/notes.md)", ("link-outside", 5, 5)),
    ("read `references/gone.md`", ("link-missing", 5, 7)),
    ("run `scripts/gone.py --all`", ("link-missing", 5, 6)),
    ("run `scripts/gone.py <file>`", ("link-missing", 5, 6)),
    ("| a | b |\n| - | - |\n| x | `assets/gone.txt` |", ("link-missing", 7, 8)),
]


@pytest.mark.parametrize(("body", "expected"), LINKS)
def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, body: str, expected: tuple[str, int, int]
) -> None:
    """Links of every form and files named in code are looked up in the skill."""
    file = skill(tmp_path, GOOD, body)
    (file.parent / "here.md").touch()
    (file.parent / "scripts").mkdir()
    assert told(found(file), "warning") == [expected]


@pytest.mark.parametrize(
    "body",
    [
        *("[a](https://x.y/z)", "[a](mailto:a@b.c)", "[a](#part)", "[a](//x.y)", "<http://x.y>"),
        *("[a](here.md)", "[a](./here.md?x#y)", "[a](references)", "[a](references/a%20b.md)"),
        *("[a]({placeholder})", "[a](http://[)", "`references/a b.md`"),
        *("`references/`", "`scripts/*.py`", "`scripts/<name>.py`", "`myscripts/x.py`"),
        *("such as `references/finance.md`", "**Example**: `scripts/rotate.py`"),
        *("```\n[a](gone.md) `scripts/gone.py`\n```", "    [a](gone.md)", "`[a](gone.md)`"),
        *("[a](/docs/start) [b](/docs/)", "[a](LINK)"),
        *("[a](url)", "Write the result to `assets/out.csv`.", "[a](LICENSE)"),
        *("see `references/x.md` of the `notes` skill", "run `scripts/of_the_project.sh`"),
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


def test_a_script_of_the_project_is_no_script_of_the_skill(tmp_path: Path) -> None:
    """A skill that has scripts of its own may name one that the project has."""
    file = skill(tmp_path, GOOD, "run `scripts/of_the_project.sh`")
    (file.parent / "scripts").mkdir()
    assert told(found(file), "warning") == [("link-missing", 5, 6)]
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "of_the_project.sh").touch()
    assert found(file) == []


def test_a_link_to_a_file_beside_the_skill_is_a_warning(tmp_path: Path) -> None:
    """It works in a plugin and breaks where the skill is installed alone."""
    (tmp_path / "beside.md").touch()
    findings = found(skill(tmp_path, GOOD, "[a](../beside.md)"))
    assert told(findings, "warning") == [("link-outside", 5, 5)]
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text('{"name": "p"}')
    [finding] = found(skill(tmp_path, GOOD, "[a](../beside.md)"))
    assert finding.level == "not-portable"
    [finding] = found(skill(tmp_path, GOOD, "[a](../beside.md)"), Options(strict_spec=True))
    assert finding.level == "error"


def test_the_links_of_references_are_checked_from_their_own_folder(tmp_path: Path) -> None:
    """A page links relative to itself, and the finding names the page."""
    file = skill(tmp_path, GOOD)
    (file.parent / "references").mkdir()
    page = file.parent / "references" / "a.md"
    page.write_text(
        "[ok](../SKILL.md) [ok](a.md) [no](b.md) [ok](references/a.md) `scripts/o.py`\n"
    )
    (page.parent / "sub").mkdir()
    (page.parent / "sub" / "c.md").write_text("[no](gone.md)\n")
    (page.parent / "the-template.md").write_text("[a](of-its-place.md)\n")
    assert [(f.path, f.code, f.column) for f in found(file)] == [
        (str(Path("references", "a.md")), "link-missing", 35),
        (str(Path("references", "sub", "c.md")), "link-missing", 6),
    ]


CLIENT = [
    ("```python\nawait c.execute('… $1')\n```", ("client-syntax", 6, 20)),
    ("```\n$ARGUMENTS\n```", ("client-syntax", 6, 1)),
    ("```\n!`date`\n# later\n```", ("client-syntax", 6, 1)),
    ("```md\n!`date`\n```", ("client-syntax", 6, 1)),
    ("- x\n  ~~~sh\n  awk '{print $0}'\n  ~~~", ("client-syntax", 7, 15)),
    ("```\nunclosed $2", ("client-syntax", 6, 10)),
    ("```\nx \\\\$2\n```", ("client-syntax", 6, 5)),
    ("```text\nBread $1.20 a loaf\n```", ("client-syntax", 6, 7)),
]


@pytest.mark.parametrize(("body", "expected"), CLIENT)
def test_what_the_client_would_act_on_in_a_fence_is_an_error(
    tmp_path: Path, body: str, expected: tuple[str, int, int]
) -> None:
    """A fence is no protection: the sample would be spoilt or run."""
    assert told(found(skill(tmp_path, GOOD, body))) == [expected]


def test_a_fence_that_holds_one_command_alone_may_mean_it(tmp_path: Path) -> None:
    """It is told as a warning, and what allows it; the client asks before it runs the command."""
    [finding] = found(skill(tmp_path, GOOD, "Status:\n\n```\n!`git diff`\n```"))
    assert (finding.level, finding.line) == ("warning", 8)
    assert "allowed-tools: Bash(git diff)" in finding.fix


@pytest.mark.parametrize(
    "body",
    [
        *("!`date`", "$ARGUMENTS and `$1`", "${CLAUDE_SKILL_DIR}", "```!\necho $1\n```"),
        *("```bash\npython ${CLAUDE_SKILL_DIR}/scripts/x.py\n```", "```\n$HOME $name {id}\n```"),
        *("```\nword!`date`\n```", "```\ncosts $500\n```", "```\n$5k $12M $2b$10 $7/month\n```"),
        *("```sh\nawk '{print \\$1}'\n```", "```python\n'${CLAUDE_SKILL_DIR}'\n```"),
        *("```json\n!`date`\n```", "```sh\necho $ARGUMENTS\n```", "```\n$3,500 $9-29 $4.50\n```"),
        "```py\nfind('$ARGUMENTS')\n```\n\n```md\n# Of $ARGUMENTS\n```",
        *("$ARGUMENTS\n\n```sh\ngit show $ARGUMENTS $1\n```", "!`date`\n\n```\n!`date`\n```"),
        *("```bash\necho ${CLAUDE_CONFIG_FILE} ${CLAUDE_PLUGIN_ROOT}/x\n```", "a plan for $29"),
    ],
)
def test_client_syntax_is_left_alone_where_it_is_a_feature(tmp_path: Path, body: str) -> None:
    """Outside fences, in a fence that is to run, and for naming a bundled script it is meant."""
    assert found(skill(tmp_path, GOOD, body)) == []


@pytest.mark.parametrize(
    ("field", "body", "expected"),
    [
        ("arguments: [path]", '```sh\nfor path in *; do wc "$path"; done\n```', [7, 23]),
        ("argument-hint: '[n]'", '```sh\ncd "$(dirname "$0")"\n```', [7, 16]),
        ("argument-hint: '[n]'", "```ts\n` AND id = 1\n  WHERE a = $1`\n```", [8, 13]),
        ("argument-hint: '[n]'", "```sh\nawk '{print $1}'\n```", [7, 13]),
    ],
)
def test_declared_arguments_replace_what_a_fence_uses_itself(
    tmp_path: Path, field: str, body: str, expected: list[int]
) -> None:
    """A variable of the same name, and the columns of awk."""
    [(_, *place)] = told(found(skill(tmp_path, f"{GOOD}\n{field}", body)))
    assert place == expected


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("arguments: [path]", '```sh\nwc "$path"\n```'),
        ("argument-hint: '[n]'", "```sh\ngit show $ARGUMENTS $1\n```"),
        ("argument-hint: '[n]'", '```sh\ncd "$(dirname "$1")"\n```'),
        ("allowed-tools: Bash(git *)", "```\n!`git status`\n```"),
    ],
)
def test_what_a_skill_declares_it_means(tmp_path: Path, field: str, body: str) -> None:
    """Documented features are not flagged."""
    assert told(found(skill(tmp_path, f"{GOOD}\n{field}", body))) == []


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ("Count with `awk '{print $1}'`.", 25),
        ("It costs $0.10.", 10),
        ("| jam | $2.40 |", 9),
        ("Run `$CLAUDE_PLUGIN_ROOT/x.sh`.", 6),
    ],
)
def test_what_is_replaced_or_not_in_prose_is_a_warning(
    tmp_path: Path, body: str, column: int
) -> None:
    """Where a call has arguments; and what only looks like a variable of the client."""
    findings = found(skill(tmp_path, GOOD, body))
    assert told(findings, "warning") == [("client-syntax", 5, column)]


def test_the_plugins_folder_is_unknown_in_a_skill_of_a_project(tmp_path: Path) -> None:
    """In a plugin's skill it is replaced."""
    for folder, count in ((".claude/skills", 1), ("plugin/skills", 0)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "plugin" / ".claude-plugin").mkdir(parents=True, exist_ok=True)
        file = skill(tmp_path / folder, GOOD, "${CLAUDE_PLUGIN_ROOT}/x")
        assert len(told(found(file), "warning")) == count


def test_an_empty_body_is_a_warning(tmp_path: Path) -> None:
    """The skill says nothing."""
    assert told(found(skill(tmp_path, GOOD, "\n")), "warning") == [("body-empty", 5, 1)]


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        ("See @references/a.md now", [5]),
        ("- @./references/a.md", [3]),
        ("See @references/gone.md, `@references/a.md`, (@references/a.md), me@references/a.md", []),
        ("@${CLAUDE_SKILL_DIR}/references/a.md", []),
        ("```\n@references/a.md\n```", []),
        ("Read @notes.md", []),
    ],
)
def test_an_attachment_is_looked_for_in_the_project(
    tmp_path: Path, body: str, columns: list[int]
) -> None:
    """Asked of 2.1.332: a file of the skill is attached by its whole path alone."""
    file = skill(tmp_path, GOOD, body)
    (file.parent / "references").mkdir()
    for page in (file.parent / "references" / "a.md", file.parent / "notes.md"):
        page.touch()
    (tmp_path / "notes.md").touch()
    assert told(found(file), "warning") == [("mention-missing", 5, n) for n in columns]
