"""passlib with bcrypt, which fails for every password since bcrypt 5."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.library_calls import PASSLIB
from fastapi_pro.auditing.libraries.passwords import (
    lacks_bcrypt,
    passlib_on_bcrypt,
    pwdlib_for,
    schemes_of,
)
from fastapi_pro.auditing.libraries.unused import why_value_unused

_FAILS = "with bcrypt 5, passlib raises ValueError for any password"
_MAY_FAIL = (
    "no requirement brings bcrypt: passlib raises an error for any password with bcrypt 5, and"
    " without bcrypt from Python 3.13 on"
)
"""Until Python 3.12 passlib uses the `crypt` of the standard library where bcrypt is missing."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the contexts and calls of passlib whose scheme is bcrypt."""
    fails, severity = (_MAY_FAIL, "medium") if lacks_bcrypt(program) else (_FAILS, "")
    for call in passlib_on_bcrypt(program):
        what = f"`{call.called}` is called"
        if call.called == PASSLIB:
            what = "this CryptContext hashes with bcrypt"
        message, fix = f"{what}: {fails}", pwdlib_for(schemes_of(call) or ["bcrypt"])
        if reason := why_value_unused(call):
            yield call.hit(message, severity="low", fix=f"{fix} (low: {reason})")
        else:
            yield call.hit(message, severity=severity, fix=fix)
