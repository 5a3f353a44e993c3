"""The comparison script: how the tools are started and read, the tables, and the speed."""

import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from fastapi_pro.rulebook import folder_name
from maintain import compare
from maintain.comparing import found, speed, tools
from maintain.comparing.found import Read
from maintain.comparing.speed import Timing
from maintain.comparing.tools import Tool, ToolError, count


def script(code: str, name: str = "tool", listing: str = "") -> Tool:
    """Return a tool that is a piece of Python."""
    return Tool(name, (sys.executable, "-c", code), listing, "code", frozenset({0}))


def tree(folder: Path, *names: str) -> Path:
    """Return a folder with these files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("pass\n")
    return folder


def names(folder: Path) -> list[str]:
    """Return the files below a folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_findings_are_counted_by_code_in_a_list_or_below_a_key() -> None:
    items = '[{"code": "A"}, {"code": "B"}, {"code": "A"}]'
    assert count(script(""), items) == {"A": 2, "B": 1}
    assert count(script("", listing="found"), f'{{"found": {items}}}') == {"A": 2, "B": 1}


@pytest.mark.parametrize("output", ["", "oops", "{}", "[1]", '[{"other": "A"}]', "null"])
def test_output_that_is_no_list_of_findings_is_refused(output: str) -> None:
    with pytest.raises(ToolError, match="tool printed what is no list of findings"):
        count(script("", listing="found" if output == "{}" else ""), output)


def test_the_peer_s_error_is_told_in_its_own_words(tmp_path: Path) -> None:
    code = (
        """print('{"error": {"message": "KeyError: 1"}, "diagnostics": []}'); raise SystemExit(2)"""
    )
    with pytest.raises(ToolError, match=r"^tool exited with 2: KeyError: 1$"):
        tools.run(script(code), tmp_path)


def test_another_tool_s_error_is_the_last_line_it_wrote(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^tool exited with 1: ValueError: no$"):
        tools.run(script("raise ValueError('no')"), tmp_path)


def test_a_tool_is_run_in_the_folder_it_reads(tmp_path: Path) -> None:
    code = "import os; print(os.listdir())"
    assert tools.run(script(code), tree(tmp_path, "x.py")) == "['x.py']\n"


def test_without_uv_the_peer_is_not_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="uv, which is not on PATH"):
        tools.peer()


def uv(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put a script in the place of uv."""
    path = folder / "uv"
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(tools, "find_python", {"3.12": "python-of-3.12"}.get)


def test_without_python_3_12_the_peer_is_not_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uv(tmp_path, monkeypatch, "")
    monkeypatch.setattr(tools, "find_python", {"3.11": "python-of-3.11"}.get)
    assert compare.main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("maintain.py compare: the peer needs Python 3.12 or 3.13")


def test_a_peer_that_cannot_be_installed_is_told_of_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    uv(tmp_path, monkeypatch, "raise SystemExit('first\\nno such package')")
    with pytest.raises(ToolError, match=r"0\.4\.0 cannot be installed: no such package"):
        tools.peer()


def test_the_peer_is_started_where_uv_put_it_and_without_downloads_of_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("UV_PYTHON_DOWNLOADS", raising=False)
    told = tmp_path / "told"
    code = f"import os, sys; open({str(told)!r}, 'w').write("
    code += "' '.join([os.environ['UV_PYTHON_DOWNLOADS'], *sys.argv[1:]])); print('/there')"
    uv(tmp_path, monkeypatch, code)
    assert tools.peer().command[0] == str(Path("/there", tools.PEER))
    said = "never tool run --python python-of-3.12 --from fastapi-therapist==0.4.0 python -c "
    assert told.read_text().startswith(said)


@pytest.mark.parametrize(
    ("bad", "good", "codes"),
    [
        ("A", "", ["A"]),
        ("A", "A", []),
        ("AA", "A", ["A"]),
        ("A", "AA", []),
        ("AB", "A", ["B"]),
        ("BA", "", ["A", "B"]),
        ("", "A", []),
    ],
)
def test_a_tool_of_others_finds_by_any_code_that_bad_code_has_more_of(
    bad: str, good: str, codes: list[str]
) -> None:
    assert Read(Counter(bad), Counter(good)).codes("x", is_ours=False) == codes


def test_ours_finds_by_the_slug_of_the_rule_alone() -> None:
    read = Read(Counter({"other": 1}), Counter())
    assert read.codes("mine", is_ours=True) == []
    assert read.codes("other", is_ours=True) == ["other"]


def test_the_table_counts_what_is_found_and_what_is_said_of_good_code() -> None:
    none: Counter[str] = Counter()
    reads = {
        "one": [Read(Counter({"one": 1}), none), Read(Counter("AA"), Counter("A"))],
        "two": [Read(Counter({"one": 1}), none), Read(Counter("A"), Counter("ABB"))],
    }
    lines = found.render(["ours", "peer"], reads, [0, 7], {"two", "three"}).splitlines()
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines if "|" in line]
    assert rows[0] == ["rule", "ours", "peer"]
    assert rows[2:] == [
        ["one", "found", "found (A)"],
        ["two *", "-", "-"],
        ["**found, of 2**", "1", "1"],
        ["**findings in all good.py**", "0", "4"],
        ["**findings in snippets/app**", "0", "7"],
    ]
    assert lines[-1] == "\\* no code can show it"


def test_the_columns_of_a_table_are_even() -> None:
    lines = found.markdown(["a", "bbb"], [["cccc", "d"]]).splitlines()
    assert lines == ["| a    | bbb |", "| ---- | --- |", "| cccc | d   |"]


def test_the_rules_are_read_by_the_tools_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for slug in ("wrong-driver-url", "blocking-call-in-async"):
        shutil.copytree(found.RULES / folder_name(slug), tmp_path / "rules" / folder_name(slug))
    monkeypatch.setattr(found, "APP", tree(tmp_path / "app", "main.py"))
    monkeypatch.setattr(found, "RULES", tmp_path / "rules")
    lines = found.table([tools.ours(), tools.ruff()]).splitlines()
    cells = {line.split("|")[1].strip(): line.split("|")[2:4] for line in lines if "|" in line}
    assert cells["wrong-driver-url"][0].strip() == "found"
    assert "ASYNC" in cells["blocking-call-in-async"][1]
    assert cells["**findings in snippets/app**"][0].strip() == "0"


def test_a_tree_is_copied_without_what_either_tool_leaves_alone(tmp_path: Path) -> None:
    kept = ("pkg/a.py", "pkg/sub/b.py")
    left = ("pkg/_vendor/c.py", "pkg/dist/d.py", "pkg/e.txt", ".venv/f.py", "pkg/.gitignore")
    source = tree(tmp_path / "site-packages", *kept, *left, "six.py")
    speed.copy(source, tmp_path / "to")
    assert names(tmp_path / "to") == [f"{speed.LOOSE}/six.py", *kept]


def test_folders_the_peer_breaks_off_at_are_removed_and_slow_ones_stay(tmp_path: Path) -> None:
    code = """
import os, sys, time
if "sleep.py" in os.listdir(): time.sleep(60)
if "bad.py" in os.listdir(): sys.exit("it broke")
"""
    tree(tmp_path, "a/good.py", "b/bad.py", "c/sleep.py")
    reasons = list(speed.remove_failing(script(code), tmp_path, 1))
    assert reasons == ["b: tool exited with 1: it broke"]
    assert names(tmp_path) == ["a/good.py", "c/sleep.py"]


def test_the_tools_are_run_in_turn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    both = [script(f"open({str(log)!r}, 'a').write({name!r})") for name in "AB"]
    timings = speed.measure(both, tmp_path, 3, 60)
    assert log.read_text() == "ABABAB"
    assert [len(timing.seconds) for timing in timings] == [3, 3]
    assert not any(timing.is_over for timing in timings)


def test_a_tool_over_the_limit_is_stopped_and_not_run_again(tmp_path: Path) -> None:
    timing = speed.measure([script("import time; time.sleep(60)")], tmp_path, 3, 0.2)
    assert timing == [Timing((0.2,), is_over=True)]


def test_the_median_and_the_ratio_are_printed() -> None:
    text = speed.render(["ours", "peer"], [Timing((1, 9, 2)), Timing((20, 30, 10))], 100)
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    assert rows[2:4] == [["ours", "2.00", "50", "3"], ["peer", "20.00", "5", "3"]]
    assert rows[-1] == ["ours is 10.0 times as fast"]


def test_a_run_that_was_stopped_gives_bounds() -> None:
    text = speed.render(["ours", "peer"], [Timing((2,)), Timing((50,), is_over=True)], 100)
    assert "more than 50.00" in text
    assert "fewer than 2 " in text
    assert text.endswith("ours is more than 25.0 times as fast")


def test_no_ratio_is_printed_where_ours_was_stopped_or_stands_alone() -> None:
    assert "times" not in speed.render(["ours"], [Timing((1,))], 1)
    stopped = [Timing((5,), is_over=True), Timing((1,))]
    assert "times" not in speed.render(["ours", "peer"], stopped, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--tree", "no/such"],
        ["--runs", "0"],
        ["--limit", "nan"],
        ["--limit", "0"],
        ["--limit", "x"],
    ],
)
def test_wrong_use_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        compare.main(["--ours-only", *arguments])
    assert stop.value.code == 2
    assert capsys.readouterr().out == ""


def test_ours_alone_needs_no_peer_and_prints_files_and_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(found, "table", lambda tools: " and ".join(tool.name for tool in tools))
    monkeypatch.setattr(tools, "find_python", lambda _: None)
    folder = tree(tmp_path, "pkg/a.py", "pkg/b.py")
    assert compare.main(["--ours-only", "--runs", "1", "--tree", str(folder)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("ours and ruff\n")
    assert "2 Python files, 10 bytes" in out
    assert "| ours " in out


def test_a_tree_without_python_files_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(found, "table", lambda _: "")
    assert compare.main(["--ours-only", "--tree", str(tree(tmp_path, "a.txt"))]) == 2
    assert "no Python file" in capsys.readouterr().err
