"""scripts/rules.py, the rulebook, and the parts of pages made from the rules."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rs_bpe.bpe import openai

from fastapi_pro.auditing.reporting.catalogue import catalogue
from fastapi_pro.cli import rules
from fastapi_pro.paths import PAGES
from fastapi_pro.rulebook import TIERS, RuleError, example, folder_name, load_rule, load_rules
from maintain import build

ROOT = Path(__file__).parents[1]
SLUG = "commit-after-response"
FOLDER = folder_name(SLUG)


def test_a_rule_is_printed_with_its_bad_and_good_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main([SLUG]) == 0
    out = capsys.readouterr().out
    folder = ROOT / "snippets" / "rules" / FOLDER
    rule = load_rule(folder)
    code = [example(folder, kind).read_text().rstrip() for kind in ("bad", "good")]
    for part in (f"# {SLUG}\n", rule.title, rule.body, *code, *rule.sources):
        assert part in out


def test_what_is_printed_is_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    rules.main([SLUG])
    assert capsys.readouterr().out == (PAGES / f"{SLUG}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", ["unreadable", "unused-ignore"])
def test_what_is_reported_and_is_no_rule_is_printed_too(
    capsys: pytest.CaptureFixture[str], slug: str
) -> None:
    assert rules.main([slug]) == 0
    assert capsys.readouterr().out.startswith(f"# {slug}\n")


def test_a_rule_whose_page_is_not_yet_made_is_told_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fastapi_pro.rulebook.PAGES", tmp_path)
    assert rules.main([SLUG]) == 1
    assert "scripts/build.py makes it" in capsys.readouterr().err


def test_a_page_is_read_in_a_minute() -> None:
    texts = {page.stem: page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")}
    assert [slug for slug, text in texts.items() if len(text.splitlines()) > 200] == []
    count = openai.o200k_base().count
    assert [slug for slug, text in texts.items() if count(text) > 1600] == []


def test_without_a_name_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main([]) == 0
    out = capsys.readouterr().out
    assert all(rule.slug in out for rule in load_rules(ROOT / "snippets" / "rules"))


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["commit-after-respons"], 2, "did you mean commit-after-response"),
        (["\ud800"], 2, "no rule"),
        (["qqqq"], 2, "there is no rule 'qqqq'; rules.py lists all"),
        (["-h"], 0, "usage: rules.py [SLUG]"),
        (["a", "b"], 2, "unrecognized arguments: b"),
        (["--list"], 2, "unrecognized arguments: --list"),
    ],
)
def test_wrong_use_is_told(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    try:
        done: object = rules.main(arguments)
    except SystemExit as stop:
        done = stop.code
    captured = capsys.readouterr()
    assert done == code
    assert says in (captured.err if code else captured.out)


def test_the_command_needs_only_the_standard_library(tmp_path: Path) -> None:
    for part in ("fastapi_pro", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for part in ("snippets/rules", "references/rules"):
        shutil.copytree(ROOT / part, tmp_path / part)
    subprocess.run(
        [sys.executable, "-S", "-E", str(tmp_path / "scripts" / "rules.py"), SLUG],
        check=True,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one rule, and pages that show it in every form."""
    shutil.copytree(ROOT / "snippets" / "rules" / FOLDER, tmp_path / "snippets" / "rules" / FOLDER)
    (tmp_path / "SKILL.md").write_text(
        "# x\n\n<!-- rules critical -->\n<!-- end -->\n\nkept\n\n"
        "<!-- rules pitfalls -->\nold\n<!-- end -->\n"
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.fastapi-pro.unshown]\n"snippets/rules/**" = "taken apart"\n'
    )
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "rules.md").write_text("<!-- rules index -->\n<!-- end -->\n")
    return tmp_path


def test_the_parts_are_made_from_the_rules(project: Path) -> None:
    assert build.main(["--root", str(project)]) == 0
    rule = load_rule(project / "snippets" / "rules" / FOLDER)
    skill = (project / "SKILL.md").read_text()
    assert f"1. {rule.title} `{SLUG}`\n<!-- end -->\n\nkept\n" in skill
    assert "old" not in skill
    index = (project / "references" / "rules.md").read_text()
    assert f"\n- [{SLUG}](rules/{SLUG}.md) (high): Commit before the answer\n" in index
    page = (project / "references" / "rules" / f"{SLUG}.md").read_text()
    for part in (
        f"# {SLUG}\n",
        rule.body,
        "before fastapi 0.106, since fastapi 0.118, f",
        f"ignore[{SLUG}] reason",
    ):
        assert part in page
    assert build.main(["--root", str(project), "--check"]) == 0


def test_what_is_reported_and_is_no_rule_has_a_page_too(project: Path) -> None:
    build.main(["--root", str(project)])
    pages = {page.stem for page in (project / "references" / "rules").iterdir()}
    assert pages == {SLUG, "unreadable", "unused-ignore"}
    assert catalogue().keys() == {page.stem for page in PAGES.glob("*.md")}


def test_a_rule_that_code_cannot_show_says_what_to_ask(project: Path) -> None:
    rule = project / "snippets" / "rules" / FOLDER / "rule.md"
    rule.write_text(
        rule.read_text().replace("severity:", "unseen: it is far\nask: Is it?\nseverity:")
    )
    build.main(["--root", str(project)])
    page = (project / "references" / "rules" / f"{SLUG}.md").read_text()
    assert page.endswith("\n\nThe audit does not find it: it is far. Ask: Is it?\n")


def test_a_dockerfile_is_shown_as_one() -> None:
    page = (PAGES / "container-as-root.md").read_text(encoding="utf-8")
    assert "## Good\n\n```dockerfile\nFROM " in page


@pytest.mark.parametrize("change", ["edited", "gone", "of no rule"])
def test_a_page_that_is_not_as_made_is_drift_and_made_anew(
    project: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    build.main(["--root", str(project)])
    page = project / "references" / "rules" / f"{SLUG}.md"
    made = page.read_bytes()
    other = page.with_name("other.md")
    if change == "edited":
        page.write_text("mine\n\x81", encoding="latin-1")
    elif change == "gone":
        page.unlink()
    else:
        other.write_text("# other\n")
    capsys.readouterr()
    assert build.main(["--root", str(project), "--check"]) == 1
    assert ("-# other" if change == "of no rule" else f"+# {SLUG}") in capsys.readouterr().out
    assert build.main(["--root", str(project)]) == 0
    assert page.read_bytes() == made
    assert not other.exists()


def test_lines_end_as_those_of_the_page(project: Path) -> None:
    skill = project / "SKILL.md"
    skill.write_bytes(skill.read_bytes().replace(b"\n", b"\r\n"))
    assert build.main(["--root", str(project)]) == 0
    text = skill.read_bytes()
    assert SLUG.encode() in text
    assert text.count(b"\n") == text.count(b"\r\n")


def test_a_changed_rule_is_drift(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build.main(["--root", str(project)])
    rule = project / "snippets" / "rules" / FOLDER / "rule.md"
    rule.write_text(rule.read_text().replace("Commit before the answer", "Commit early"))
    capsys.readouterr()
    assert build.main(["--root", str(project), "--check"]) == 1
    assert "+1. Commit early" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<!-- rules some -->\n<!-- end -->\n", "SKILL.md:1:1: bad-rules no such part some"),
        ("\n<!-- rules critical -->\n", "SKILL.md:2:1: bad-rules the part has no end"),
    ],
)
def test_a_part_that_cannot_be_made_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], page: str, says: str
) -> None:
    (project / "SKILL.md").write_text(page)
    assert build.main(["--root", str(project)]) == 1
    assert says in capsys.readouterr().out
    assert (project / "SKILL.md").read_text() == page


WHOLE = (ROOT / "snippets" / "rules" / FOLDER / "rule.md").read_text()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("no front matter", 1, "no front matter"),
        (WHOLE.replace("tier: critical", "tier: nowhere"), 1, "unknown tier nowhere"),
        (WHOLE.replace("severity: high", "severity: 3"), 1, "unknown severity 3"),
        (WHOLE.replace("severity: high\n", ""), 1, "no severity; write"),
        (WHOLE.replace("consequence: breaks", "consequence: bad"), 1, "unknown consequence bad"),
        (WHOLE.replace("consequence: breaks\n", ""), 1, "no consequence; write"),
        (WHOLE.replace("severity:", "unseen: why\nseverity:"), 1, "no ask; write both"),
        (WHOLE.replace("severity:", "ask: what?\nseverity:"), 1, "no unseen; write both"),
        (WHOLE.replace("fix: ", "fixx: "), 1, "unknown key fixx"),
        (WHOLE.replace('symptom: "', 'symptom: "' + "x" * 60), 1, "at most 60 fit"),
        (WHOLE.replace("  - fastapi 0.118", "  fastapi 0.118"), 9, "neither"),
        (WHOLE.replace('row is not there"', "row is not there"), 6, "a quote is not closed"),
        (re.sub(r"sources:\n(  - .+\n)+", "", WHOLE), 1, "no source"),
        (WHOLE.replace("fastapi 0.118", "fastapi >= 0.118"), 9, "is not a package and a version"),
        (
            WHOLE.replace("since:\n  - fastapi 0.118", "since: fastapi 0.118"),
            1,
            "not a list of vers",
        ),
        (WHOLE.replace("  - fastapi 0.118\n", ""), 1, "since is not a list of versions"),
        (WHOLE.replace("  - fastapi 0.121\n", "  - fastapi 0.121\n" * 2), 1, "a package twice"),
        (WHOLE.replace("fix-since:\n  - fastapi 0.121\n", ""), 1, "fix-before without fix-since"),
        (WHOLE.replace('fix-before: "', 'fix-before: "' + "x" * 110), 1, "at most 110 fit"),
        (WHOLE.replace("since:\n", "ask-where:\n  - word\nsince:\n", 1), 1, "without ask"),
        (WHOLE.replace("**Why.**", "Why:"), 19, "no paragraph Why."),
    ],
)
def test_a_rule_that_is_not_whole_is_refused(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    folder = Path(shutil.copytree(ROOT / "snippets" / "rules" / FOLDER, tmp_path / FOLDER))
    (folder / "rule.md").write_text(text)
    with pytest.raises(RuleError, match=says) as caught:
        load_rule(folder)
    assert caught.value.line == line


def test_a_rule_that_is_not_whole_ends_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rule").mkdir()
    monkeypatch.setattr(rules, "RULES", tmp_path)
    assert rules.main([]) == 1
    assert "rule.md:1: the rule lacks this file" in capsys.readouterr().err


def test_a_rule_without_good_code_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "snippets" / "rules" / FOLDER / "good.py").unlink()
    assert build.main(["--root", str(project)]) == 1
    told = f"snippets/rules/{FOLDER}/good.py:1:1: bad-rule the rule lacks this file"
    assert told in capsys.readouterr().out


def test_a_rule_that_is_not_utf_8_is_refused_at_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "snippets" / "rules" / FOLDER / "good.py").write_bytes(b"x = 1\n# \xff\n")
    assert build.main(["--root", str(project)]) == 1
    assert f"snippets/rules/{FOLDER}/good.py:2:1: bad-rule not UTF-8" in capsys.readouterr().out


def test_the_rules_come_by_standing() -> None:
    tiers = [rule.tier for rule in load_rules(ROOT / "snippets" / "rules")]
    assert tiers == sorted(tiers, key=TIERS.index)
