"""Comments that hide findings, and those that hide none."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.finding import Finding
from fastapi_pro.auditing.reporting.suppressions import apply, marked

KNOWN = {"one-rule", "two-rule", "unreadable", "unused-ignore"}
PATH = "app/x.py"


def finding(line: int, slug: str = "one-rule") -> Finding:
    return Finding(PATH, line, 1, slug, "something")


def after(
    source: str | bytes, *findings: Finding, active: set[str] = KNOWN
) -> list[tuple[int, int, str]]:
    """Return line, column and slug of what is left of the findings in a file."""
    data = source.encode() if isinstance(source, str) else source
    left = apply(findings, {PATH: data}, active, KNOWN)
    return [(f.line, f.column, f.slug) for f in left]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1  # fastapi-pro: ignore[one-rule] known\n",
        "x = 1  # noqa: F841  # fastapi-pro: ignore[one-rule] known\n",
        "x = 1  #fastapi-pro:ignore [ one-rule ] known  # and more\n",
        "x = 1  # fastapi-pro: ignore[two-rule, one-rule] known\n",
        "x = 1  # fastapi-pro: ignore[two-rule] a  # fastapi-pro: ignore[one-rule] b\n",
        "x = [  # fastapi-pro: ignore[one-rule] known\n    1,\n]\n",
        "# coding: latin-1\nx = '\xe9'  # fastapi-pro: ignore[one-rule] known\n".encode("latin-1"),
    ],
)
def test_a_comment_hides_the_findings_of_its_line(source: str | bytes) -> None:
    line = 2 if isinstance(source, bytes) else 1
    assert after(source, finding(line), finding(9), active=KNOWN - {"two-rule"}) == [
        (9, 1, "one-rule")
    ]


def test_a_comment_that_stands_alone_hides_the_findings_of_the_line_below() -> None:
    source = "if x:\n    # fastapi-pro: ignore[one-rule] known\n    y = 1\n    z = 1\n"
    assert after(source, finding(3), finding(4)) == [(4, 1, "one-rule")]


def test_comments_alone_on_consecutive_lines_hold_for_the_same_line() -> None:
    source = "# fastapi-pro: ignore[one-rule] known\n# fastapi-pro: ignore[two-rule] other\nx = 1\n"
    assert after(source, finding(3), finding(3, "two-rule")) == []


def test_a_comment_at_the_end_of_a_long_text_does_not_stand_alone() -> None:
    source = 'x = """\n"""  # fastapi-pro: ignore[one-rule] known\ny = 1\n'
    assert after(source, finding(2), finding(3)) == [(3, 1, "one-rule")]


@pytest.mark.parametrize(
    "source",
    [
        "x = '# fastapi-pro: ignore[one-rule] known'\n",
        '"""\n# fastapi-pro: ignore[one-rule] known\n"""\n',
        "x = 1  # see fastapi-pro: ignore[one-rule] known\n",
    ],
)
def test_what_only_looks_like_a_comment_hides_nothing(source: str) -> None:
    findings = [finding(line) for line in (1, 2, 3)]
    assert after(source, *findings) == [(line, 1, "one-rule") for line in (1, 2, 3)]


@pytest.mark.parametrize(
    ("comment", "column", "says"),
    [
        ("ignore[two-rule] reason", 30, "is not used"),
        ("ignore[one-rul] reason", 30, "did you mean one-rule"),
        ("ignore[one-rule]", 30, "has no reason"),
        ("ignore[one-rule]   # noqa", 30, "has no reason"),
        ("ignore[] reason", 8, "names no slug"),
        ("ignore reason", 8, "names no slug"),
        ("disable", 8, "names no slug"),
    ],
)
def test_a_comment_in_vain_is_told_of(comment: str, column: int, says: str) -> None:
    source = f"x = 1  # fastapi-pro: {comment}\n"
    left = apply([finding(1)], {PATH: source.encode()}, KNOWN, KNOWN)
    assert [f.slug for f in left] == ["one-rule", "unused-ignore"]
    assert says in left[1].message
    assert (left[1].line, left[1].column) == (1, column)


def test_an_ignore_of_a_rule_that_is_not_selected_is_not_in_vain() -> None:
    source = "x = 1  # fastapi-pro: ignore[two-rule] known\n"
    assert after(source, active=KNOWN - {"two-rule"}) == []
    assert after(source) == [(1, 30, "unused-ignore")]


def test_nothing_is_told_of_ignores_when_that_is_not_selected() -> None:
    source = "x = 1  # fastapi-pro: ignore[two-rule] known\n"
    assert after(source, active=KNOWN - {"unused-ignore"}) == []


def test_an_ignore_that_is_in_vain_at_times_can_be_allowed() -> None:
    source = "x = 1  # fastapi-pro: ignore[one-rule, unused-ignore] only on Windows\n"
    assert after(source) == []
    assert after(source, finding(1)) == [(1, 40, "unused-ignore")]


def test_in_a_file_that_was_not_audited_no_ignore_is_in_vain() -> None:
    source = "x = 1  # fastapi-pro: ignore[one-rule] known\n(\n"
    assert after(source, finding(2, "unreadable")) == [(2, 1, "unreadable")]
    hidden = "x = 1\ny = (  # fastapi-pro: ignore[unreadable] a template\n"
    assert after(hidden, finding(2, "unreadable")) == []


def test_only_files_with_the_marker_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("# fastapi-pro: x\n")
    (tmp_path / "c.py").write_bytes(b"# fastapi-pro: x\n" + b"#" * 1_000_000)
    files = [tmp_path / name for name in ("a.py", "b.py", "c.py", "gone.py")]
    assert list(marked(files, tmp_path)) == ["b.py"]
