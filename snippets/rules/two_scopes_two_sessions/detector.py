"""One request that opens two sessions, as it asks for them with two scopes."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import two_scopes
from fastapi_pro.auditing.model.legacy import Program, as_function


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first request-scoped `Depends` of each dependency that has both scopes."""
    for target, (route, late) in program.fact(two_scopes).items():
        function = as_function(target)
        name = function.name if function is not None else "the dependency"
        yield Hit(
            late.module, late.call,
            f"`{route.node.name}` gets two sessions of `{name}`, as others ask for it with"
            ' scope="function": what one loads does not belong to the other',
        )  # fmt: skip
