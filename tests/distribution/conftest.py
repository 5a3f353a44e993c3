"""What the tests of the wheel share."""

from pathlib import Path

import pytest

from tests.distribution.wheel import build_and_install
from tests.support.once import made_once


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, and an environment in which it is installed."""
    return made_once(tmp_path_factory, "wheel", build_and_install)


@pytest.fixture(scope="session")
def package(made: Path) -> Path:
    """The installed package."""
    [folder] = made.glob("venv/[Ll]ib/**/site-packages/fastapi_pro")
    return folder
