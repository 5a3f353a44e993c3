"""The only exception of the page builder: it says why a fence cannot be filled."""

from fastapi_pro.validating.report import Finding


class RefusedError(Exception):
    """What is wrong. A finding with an empty path is about the place of the fence."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*(finding.message for finding in findings))
        self.findings = findings


def refused(
    code: str, message: str, fix: str, path: str = "", place: tuple[int, int] = (1, 1)
) -> RefusedError:
    """Return the error with one finding, at the fence unless a path is given."""
    return RefusedError(Finding(path, *place, code, message, fix))
