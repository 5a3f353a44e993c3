"""maintain.py new-rule: a folder that is whole, and refused until it is filled."""

from pathlib import Path

import pytest

from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import RuleError, load_rule
from maintain import new_rule
from tests.support.files import load

SLUG = "shadowed-path"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rules, with one in it."""
    folder = tmp_path / "rules"
    (folder / "forty_threads").mkdir(parents=True)
    monkeypatch.setattr(new_rule, "RULES", folder)
    return folder


@pytest.fixture
def laid_out(rules: Path) -> Path:
    """The folder of a new rule."""
    assert new_rule.main([SLUG]) == 0
    return rules / "shadowed_path"


def test_it_lays_out_the_files_of_a_rule(laid_out: Path, rules: Path) -> None:
    whole = {file.name for file in (RULES / "commit_after_response").glob("*.*")}
    assert {file.name for file in laid_out.iterdir()} == whole == set(new_rule.FILES)
    assert {path.name for path in rules.iterdir()} == {"forty_threads", "shadowed_path"}
    assert "Proof of shadowed-path." in (laid_out / "test_proof.py").read_text()


def test_it_says_what_comes_next(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new_rule.main([SLUG]) == 0
    assert "uv run pytest snippets/rules/shadowed_path" in capsys.readouterr().out
    assert (rules / "shadowed_path").is_dir()


def test_every_file_says_what_to_write(laid_out: Path) -> None:
    assert [file.name for file in laid_out.iterdir() if "TODO" not in file.read_text()] == []


def test_the_rule_is_refused_until_nothing_is_left_to_write(laid_out: Path) -> None:
    file = laid_out / "rule.md"
    lines = file.read_text().splitlines()
    for number, line in enumerate(lines, start=1):
        if "TODO" in line:
            with pytest.raises(RuleError, match="a TODO is left; write what it asks for") as caught:
                load_rule(laid_out)
            assert caught.value.line == number
            key = line.partition(":")[0]
            filled = {
                "tier": "tier: critical",
                "severity": "severity: low",
                "consequence": "consequence: load",
            }
            lines[number - 1] = filled.get(key, line.replace("TODO", "told"))
            file.write_text("\n".join(lines))
    assert load_rule(laid_out).slug == SLUG


def test_a_fresh_proof_fails(laid_out: Path) -> None:
    proof, code = load(laid_out / "test_proof.py"), load(laid_out / "bad.py")
    for test in (proof.test_bad_todo, proof.test_good_todo):
        with pytest.raises(pytest.fail.Exception, match="TODO"):
            test(code)


def test_a_fresh_rule_shows_no_difference_and_finds_nothing(laid_out: Path) -> None:
    assert (laid_out / "bad.py").read_text() == (laid_out / "good.py").read_text()
    cases = load(laid_out / "cases.py")
    assert not any(line in (laid_out / "bad.py").read_text() for line in cases.BAD)
    assert "# !" not in "".join(cases.FOUND.values())
    assert max(len(cases.FOUND), len(cases.LOOK_ALIKES)) < 5
    assert callable(load(laid_out / "detector.py").detect)


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("Shadowed_Path", "'Shadowed_Path' is no slug; write shadowed-path"),
        ("shadowed path!", "write shadowed-path"),
        ("40-threads", "write threads"),
        ("é", "'\\xe9' is no slug; write what-goes-wrong"),
        ("../rule", "write rule"),
        ("forty-threads", "there is a rule forty-threads; edit snippets/rules/forty_threads/"),
        ("unreadable", "unreadable is what the audit says of files; write another slug"),
        ("unused-ignore", "write another slug"),
    ],
)
def test_a_slug_that_cannot_be_used_is_refused(
    rules: Path, capsys: pytest.CaptureFixture[str], slug: str, says: str
) -> None:
    assert new_rule.main([slug]) == 2
    assert says in capsys.readouterr().err
    assert [path.name for path in rules.iterdir()] == ["forty_threads"]


@pytest.mark.parametrize("broken", ["write_text", "rename"])
def test_it_is_there_as_a_whole_or_not_at_all(
    rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    def fail(path: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, broken, fail)
    assert new_rule.main([SLUG]) == 1
    assert "No space left on device; nothing was made" in capsys.readouterr().err
    assert [path.name for path in rules.iterdir()] == ["forty_threads"]
