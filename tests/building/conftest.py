"""Fixtures: a throw-away repository, and the check that its pages are refused."""

from pathlib import Path

import pytest

from tests.building.small_repository import Refused, SmallRepository


@pytest.fixture
def project(tmp_path: Path) -> SmallRepository:
    """Give a fresh project."""
    return SmallRepository(tmp_path)


@pytest.fixture
def refused(project: SmallRepository, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Give the check that a page is refused and nothing changes."""
    return Refused(project, capsys)
