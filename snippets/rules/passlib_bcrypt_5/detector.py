"""passlib with bcrypt, which fails for every password since bcrypt 5."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.library_calls import PASSLIB
from fastapi_pro.auditing.libraries.passwords import passlib_on_bcrypt


def detect(program: Program) -> Iterator[Hit]:
    """Yield the contexts and calls of passlib whose scheme is bcrypt."""
    for call in passlib_on_bcrypt(program):
        what = f"`{call.called}` is called"
        if call.called == PASSLIB:
            what = "this CryptContext hashes with bcrypt"
        yield call.hit(f"{what}: with bcrypt 5, passlib raises ValueError for any password")
