"""validate.py on random files: it tells what is wrong, at places that exist."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastapi_pro.cli import validate
from tests.validation.demo_skill import found, raw_skill, told

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


def _survives(file: Path, content: bytes) -> None:
    findings = found(file)
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in findings:
        assert 1 <= finding.line <= len(lines) + 1
        assert 1 <= finding.column <= max(map(len, lines)) + 2
        assert finding.fix
    assert validate.main([str(file), "--try", "a.py"]) == int(bool(told(findings)))
    assert file.read_bytes() == content


@pytest.mark.slow
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
