"""CONTRIBUTING.md's steps to a new rule lead to one, carried out as they are written there."""

import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastapi_pro.validating.fences import find_fences
from maintain.new_rule import FILES
from tests.distribution.checkout import ROOT, copy_tracked

SLUG = "value-with-204"
AUDITING = ROOT / "fastapi_pro" / "auditing"
FOLDER = "snippets/rules/value_with_204"


def steps() -> Iterator[tuple[str, str]]:
    """Yield the section's blocks: the words after the backticks, and what is in the block."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", page.partition("\n## Add a rule\n")[2], flags=re.MULTILINE)[0]
    lines = section.split("\n")
    for fence in find_fences(section):
        opening = lines[fence.start].strip("`")
        yield opening, "\n".join(lines[fence.start + 1 : fence.end]) + "\n"


def carry_out(line: str, checkout: Path) -> str:
    """Run `uv run ...  # what it prints` with this Python; return what was printed."""
    command, _, told = line.partition("  # ")
    words = shlex.split(command.removeprefix("uv run "))
    if words[0] == "pytest":
        words[:1] = ["-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=checkout, capture_output=True, text=True, check=False,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert told in printed, f"{line}\n{printed}"
    is_bad = "failed" in told or "answers" in told
    assert done.returncode == int(is_bad), f"{line}\n{printed}"
    return printed


@pytest.mark.timeout(300)
@pytest.mark.slow
def test_the_steps_to_a_rule_lead_to_one(tmp_path: Path) -> None:
    checkout = copy_tracked(tmp_path / "checkout")
    written = []
    for opening, content in steps():
        if opening == "shell":
            for line in content.splitlines():
                carry_out(line, checkout)
            continue
        _, name = opening.split()
        assert (checkout / name).is_file()  # new-rule has laid it out
        (checkout / name).write_text(content, encoding="utf-8")
        written.append(name)
    assert sorted(written) == sorted(f"{FOLDER}/{name}" for name in FILES)
    listed = carry_out("uv run scripts/audit.py --list", checkout)
    assert f"\n{SLUG} [low] Answer 200 where" in listed
    references = checkout / "references"
    page = (references / "rules" / f"{SLUG}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {SLUG}\n")
    assert f"\n- [{SLUG}](rules/{SLUG}.md) (low): " in (references / "rules.md").read_text()
    tokens = "docs/bench/tokens.json"
    assert (checkout / tokens).read_bytes() != (ROOT / tokens).read_bytes()
    assert not (ROOT / FOLDER).exists()


def test_what_the_audits_page_says_to_ask_can_be_asked() -> None:
    page = (AUDITING / "README.md").read_text(encoding="utf-8")
    told = page.partition("| To find | Ask |")[2]
    asked = re.findall(r"`(\w+)\.(\w+)`", told)
    assert len(asked) > 30
    modules = {
        file.stem: importlib.import_module(f"fastapi_pro.auditing.{room}.{file.stem}")
        for room in ("model", "libraries")
        for file in (AUDITING / room).glob("[a-z]*.py")
    }
    classes = {name: value for m in modules.values() for name, value in vars(m).items()}
    missing = [
        f"{owner}.{name}" for owner, name in asked
        if not hasattr(modules.get(owner, classes.get(owner)), name)
    ]  # fmt: skip
    assert missing == []
