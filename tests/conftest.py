"""What tests of several folders share."""

from pathlib import Path

import pytest

from tests.support.once import made_once
from tests.support.wheel import build_and_install


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, and an environment in which it is installed."""
    return made_once(tmp_path_factory, "wheel", build_and_install)


@pytest.fixture(scope="session")
def package(made: Path) -> Path:
    """The installed package."""
    [folder] = made.glob("venv/[Ll]ib/**/site-packages/fastapi_pro")
    return folder
