"""Logins that answer an unknown account otherwise than a wrong password."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.login_answers import differing_answers
from fastapi_pro.auditing.libraries.passwords import may_verify


def detect(program: Program) -> Iterator[Hit]:
    """Yield what an unknown account is answered, where a wrong password gets another answer."""
    for function in may_verify(program):
        if function.module.is_tool:
            continue
        for unknown, of_unknown, of_wrong in differing_answers(function):
            yield unknown.hit(
                f"`{function.name}` answers an unknown account with {of_unknown}, but a"
                f" wrong password with {of_wrong}: a stranger learns which accounts exist"
            )
