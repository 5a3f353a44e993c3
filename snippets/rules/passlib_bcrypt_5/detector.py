"""passlib with bcrypt, which fails for every password since bcrypt 5."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.library_calls import PASSLIB
from fastapi_pro.auditing.libraries.passwords import passlib_on_bcrypt
from fastapi_pro.auditing.libraries.project_packages import is_locked, requirements

_FAILS = "with bcrypt 5, passlib raises ValueError for any password"
_MAY_FAIL = (
    "no requirement brings bcrypt: passlib raises an error for any password with bcrypt 5, and"
    " without bcrypt from Python 3.13 on"
)
"""Until Python 3.12 passlib uses the `crypt` of the standard library where bcrypt is missing."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the contexts and calls of passlib whose scheme is bcrypt."""
    fails, severity = (_MAY_FAIL, "medium") if _lacks_bcrypt(program) else (_FAILS, "")
    for call in passlib_on_bcrypt(program):
        what = f"`{call.called}` is called"
        if call.called == PASSLIB:
            what = "this CryptContext hashes with bcrypt"
        yield call.hit(f"{what}: {fails}", severity=severity)


def _lacks_bcrypt(program: Program) -> bool:
    """Say whether requirements name passlib, and none names bcrypt."""
    listed = requirements(program)
    is_named = any(r.name == "bcrypt" or "bcrypt" in r.extras for r in listed)
    is_named = is_named or is_locked(program, "bcrypt")
    return not is_named and any(r.name == "passlib" for r in listed)
