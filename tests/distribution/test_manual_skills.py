"""The two skills called by hand."""

import re
from pathlib import Path

import pytest
import yaml

from tests.distribution.checkout import ROOT, install

MANUAL = ["fastapi-new", "fastapi-review"]


@pytest.mark.parametrize("skill", MANUAL)
def test_it_can_be_called_anywhere_by_the_user_and_by_the_model(skill: str) -> None:
    text = (ROOT / "skills" / skill / "SKILL.md").read_text()
    fields = yaml.safe_load(text.split("---\n", 2)[1])
    assert not {"paths", "disable-model-invocation", "user-invocable"} & fields.keys()
    assert fields["allowed-tools"]  # so that the client asks before the model's call
    assert len(fields["description"]) < 250  # it is listed in every session
    assert fields["name"] == skill


@pytest.mark.parametrize("form", ["claude", "agents"])
def test_what_it_names_of_the_main_skill_lies_beside_it(form: str, tmp_path: Path) -> None:
    install(ROOT, "--project", tmp_path, "--agents")
    for skill in MANUAL:
        folder = tmp_path / f".{form}" / "skills" / skill
        text = (folder / "SKILL.md").read_text().replace("${CLAUDE_SKILL_DIR}/", "")
        named = set(re.findall(r"\.\./[\w./-]+", text))
        assert "../fastapi-pro/scripts/run.sh" in named
        assert [name for name in named if not (folder / name).is_file()] == []
