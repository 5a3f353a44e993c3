"""One request that opens two sessions, as it asks for them with two scopes."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import two_scopes


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first request-scoped `Depends` of each dependency that has both scopes."""
    for target, (endpoint, late) in two_scopes(program).items():
        yield late.call.hit(
            f"`{endpoint.name}` gets two sessions of `{target.name}`, because only some callers ask"
            ' for scope="function": objects of one session do not belong to the other',
        )
