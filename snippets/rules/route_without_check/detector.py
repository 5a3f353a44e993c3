"""Endpoints that anybody may call, beside others that ask who is calling."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.open_routes import check_of, open_routes


def detect(program: Program) -> Iterator[Hit]:
    """Yield the endpoints without a login, where others of their router have one."""
    for endpoint, sibling in open_routes(program).items():
        yield endpoint.call.hit(
            f"`{endpoint.name}` does not check who is calling; `{sibling.name}` next to it depends"
            f" on `{check_of(sibling)}`"
        )
