"""The comparison: what its tables say, and what it says when something is missing."""

from pathlib import Path

import pytest

import compare

RULES = Path(__file__).parents[2] / "snippets" / "rules"


def test_a_tool_finds_what_it_says_of_bad_code_alone() -> None:
    def on_bad(file: Path) -> set[str]:
        return {"X1", "X2"} if file.name == "bad.py" else {"X2"}

    def on_both(file: Path) -> set[str]:
        return {"Y1"}

    lines = compare.table({"one": on_bad, "two": on_both}).splitlines()
    count = len([path for path in RULES.iterdir() if path.is_dir()])
    assert "| commit-after-response | found | - |" in lines
    assert f"| **found of {count}** | {count} | 0 |" in lines
    assert f"| **kinds of alarm on good code** | {count} | {count} |" in lines


def test_ours_counts_only_where_it_is_the_rule_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_rule(file: Path) -> set[str]:
        return {"commit-after-response"} if file.name == "bad.py" else set()

    monkeypatch.setattr(compare, "ours", one_rule)
    lines = compare.table({"audit.py": compare.ours}).splitlines()
    assert [line for line in lines if line.endswith("| found |")] == [
        "| commit-after-response | found |"
    ]


def test_ours_and_ruff_are_really_run() -> None:
    bad = RULES / "commit-after-response" / "bad.py"
    assert compare.ours(bad) == {"commit-after-response"}
    blocking = RULES / "gunicorn-timeout" / "bad.py"
    assert "ASYNC251" in compare.ruffs(blocking)


def test_speed_counts_the_files_of_the_tree(tmp_path: Path) -> None:
    for name in ("a.py", "deep/b.py", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("import fastapi\n")
    text = compare.speed(tmp_path, 1, None)
    assert "2 files, median of 1 runs" in text
    assert "| audit.py |" in text


def test_a_missing_uv_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compare.main(["--tree", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "compare.py: uv cannot be run: No such file or directory\n"


def test_a_tree_that_is_not_there_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        compare.main(["--tree", "nowhere"])
    assert "nowhere is no folder; name one with --tree" in capsys.readouterr().err
