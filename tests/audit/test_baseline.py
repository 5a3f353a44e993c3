"""Findings of old code that are known."""

import json
from pathlib import Path

import pytest

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting import baseline


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "x.py").write_text("a()\n  b()\na()\n")
    return tmp_path


def finding(line: int, slug: str = "one-rule", path: str = "app/x.py") -> Finding:
    return Finding(path, line, 1, slug, "something")


def kept(root: Path, file: Path, *findings: Finding) -> tuple[list[Finding], int]:
    """Return what is new, and how many entries are fixed."""
    new, left = baseline.apply(findings, baseline.read(file), file, root)
    return new, baseline.count_fixed(left, [root / "app/x.py"], {"one-rule", "two-rule"}, file)


def test_what_was_written_is_known_wherever_its_line_moves(root: Path) -> None:
    file = root / "known.json"
    baseline.write(file, [finding(2), finding(1)], root)
    (root / "app" / "x.py").write_text("\n\nc()\nb()\nb()\na()\n")
    assert kept(root, file, finding(4), finding(5), finding(6)) == ([finding(5)], 0)


def test_the_file_is_sorted_and_counts_lines_that_are_the_same(root: Path) -> None:
    file = root / "sub" / "known.json"
    file.parent.mkdir()
    baseline.write(file, [finding(3), finding(2), finding(1, "b-rule"), finding(1)], root)
    assert json.loads(file.read_text()) == [
        {"path": "../app/x.py", "slug": "b-rule", "text": "a()", "count": 1},
        {"path": "../app/x.py", "slug": "one-rule", "text": "a()", "count": 2},
        {"path": "../app/x.py", "slug": "one-rule", "text": "b()", "count": 1},
    ]
    assert kept(root, file, finding(1), finding(2), finding(3)) == ([], 0)


def test_another_slug_or_file_or_line_is_new(root: Path) -> None:
    file = root / "known.json"
    baseline.write(file, [finding(1)], root)
    (root / "y.py").write_text("a()\n")
    others = [finding(1, "two-rule"), finding(1, path="y.py"), finding(2)]
    assert kept(root, file, *others)[0] == sorted(others)


def test_entries_are_fixed_where_that_is_known_for_sure(root: Path) -> None:
    file = root / "known.json"
    (root / "y.py").write_text("a()\n")
    (root / "z.py").write_text("a()\n")
    of_others = [finding(1, path="y.py"), finding(1, path="z.py"), finding(1, "three-rule")]
    baseline.write(file, [finding(1), finding(2), *of_others], root)
    (root / "y.py").unlink()  # gone; z.py was not looked at, three-rule not looked for
    assert kept(root, file, finding(2)) == ([], 2)


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(root: Path) -> None:
    file = root / "known.json"
    baseline.write(file, [finding(1)], root)
    file.chmod(0o640)
    (root / "link.json").symlink_to(file)
    baseline.write(root / "link.json", [finding(2)], root)
    assert (root / "link.json").is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [entry.text for entry in baseline.read(file)] == ["b()"]
    assert sorted(path.name for path in root.iterdir()) == ["app", "known.json", "link.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = root / "known.json"
    file.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        baseline.write(file, [finding(1)], root)
    assert file.read_text() == "old"
    assert sorted(path.name for path in root.iterdir()) == ["app", "known.json"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[\n{,\n]", "known.json:2: not JSON"),
        (b"\xff", "known.json:1: not JSON"),
        (b"[" * 100_000, "known.json:1: not JSON"),
        (b"{}", "entry 1 is not"),
        (b'[{"path": "x", "slug": "y", "text": "z", "count": 0}]', "entry 1 is not"),
        (b'[{"path": "x", "slug": "y", "text": "z", "count": true}]', "entry 1 is not"),
        (b'[{"path": "x", "slug": "y", "text": 1, "count": 1}]', "entry 1 is not"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "known.json"
    file.write_bytes(content)
    with pytest.raises(baseline.BaselineError, match=says):
        baseline.read(file)


def test_a_missing_baseline_is_refused_with_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(baseline.BaselineError, match="--write-baseline"):
        baseline.read(tmp_path / "known.json")
