"""Options of the whole test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --swap-rules, which `tests/rules` explains."""
    parser.addoption("--swap-rules", action="store_true", help="swap the bad and good of each rule")
