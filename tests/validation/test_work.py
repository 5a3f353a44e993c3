"""What validate.py does not do: the work is counted, not timed."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fastapi_pro.cli import validate
from fastapi_pro.paths import ROOT
from fastapi_pro.validating import LIBRARIES, body, frontmatter
from fastapi_pro.validating.check import Options, check_skill
from tests.validation.demo_skill import GOOD, found, skill

SCRIPT = ROOT / "scripts" / "validate.py"
LINK = "- **one**: a sentence of some words, `code` and [a page](references/a.md)\n"


def _calls(file: Path) -> int:
    """Return how many functions of Python are called to check a skill."""
    count = 0

    def step(*event: object) -> None:
        nonlocal count
        count += event[1] == "call"

    sys.setprofile(step)
    try:
        check_skill(file, "SKILL.md", Options())
    finally:
        sys.setprofile(None)
    return count


def test_a_page_whose_links_are_right_is_not_read_as_markdown(tmp_path: Path) -> None:
    """A hundred times the text is no more work but for the links, of which each is looked up."""
    short = skill(tmp_path, GOOD, LINK)
    (short.parent / "references").mkdir()
    (short.parent / "references" / "a.md").touch()
    _calls(short)  # what is compiled and cached once
    before = _calls(short)
    after = _calls(skill(tmp_path, GOOD, LINK * 100 + "A sentence.\n" * 300))
    assert after - before < 100 * 80
    assert before < 5000


def test_libraries_are_imported_where_they_are_needed(tmp_path: Path) -> None:
    """PyYAML alone for most skills."""
    file = skill(tmp_path, GOOD, "Text. See [a page](SKILL.md).")
    code = "import sys; from fastapi_pro.cli import validate; validate.main(sys.argv[1:]);"
    code += "print(*sys.modules)"
    command = [sys.executable, "-c", code, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in done.stdout.split()}
    assert modules & {*LIBRARIES, "pydantic", "asyncio"} == {"yaml"}


def test_the_front_matter_of_a_skill_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a project, too, whose skills are compared with one another."""
    texts: list[str] = []
    compose = frontmatter.compose
    monkeypatch.setattr(frontmatter, "compose", lambda text: texts.append(text) or compose(text))
    for name in ("one", "two", "three"):
        file = tmp_path / ".claude" / "skills" / name / "SKILL.md"
        file.parent.mkdir(parents=True)
        file.write_text(f"---\nname: {name}\ndescription: Of {tmp_path}.\n---\nText.\n")
    assert validate.main([str(tmp_path)]) == 0
    assert len(texts) == 3


_PIECES = st.sampled_from(
    [
        *("[a]", "(gone.md)", "(here.md)", "[b]: gone.md", "[b]", "<gone.md>", "(<a b.md>)", "!["),
        *("`scripts/gone.py`", "``scripts/x.py``", "```\n", "\n", "\n\n", "> ", "- ", "    ", "("),
        *(")", "\\", "&amp;", " ", "text", "gone%20.md", "#part", "](", "]:", "<", ">", "`", "./"),
    ]
)


@given(st.lists(_PIECES, max_size=20).map("".join))
@example("[a][b]\n\n[b]:\n  gone.md 'title'")
@example("> [a](\n> gone.md)")
@example("`\nscripts/gone.py`")
@example("[a](gone\\.md) [b](gone(1).md)")
def test_no_link_is_passed_over_because_it_does_not_look_like_one(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Read whole as Markdown, the page has no more findings."""
    folder = tmp_path_factory.getbasetemp() / "demo"
    folder.mkdir(exist_ok=True)
    page = folder / "SKILL.md"
    suspected = list(body.check_links(text, page, folder, "SKILL.md", "warning"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "_suspects", lambda *_: {""})
        assert suspected == list(body.check_links(text, page, folder, "SKILL.md", "warning"))


def test_unknown_keys_are_one_warning(tmp_path: Path) -> None:
    """Whatever their number; those that are like a field of the client have their own."""
    keys = "\n".join(f"key-{number}: x" for number in range(5000))
    findings = found(skill(tmp_path, f"{GOOD}\n{keys}\nallowed_tools: x"))
    told = [(f.line, f.message[:40], f.fix) for f in findings if f.code == "unknown-key"]
    assert [each[0] for each in told] == [4, 5004]
    assert "and 4,995 more" in next(f.message for f in findings if f.line == 4)
    assert told[1][2] == "write `allowed-tools`"


def test_many_findings_of_one_kind_are_folded(tmp_path: Path) -> None:
    """The last that is told says how many more there are."""
    links = "".join(f"[a](gone{number}.md)\n\n" for number in range(60))
    findings = [f for f in found(skill(tmp_path, GOOD, links)) if f.code == "link-missing"]
    assert len(findings) == 20
    assert findings[-1].message.endswith("(and 40 more places)")
