"""Endpoints that anybody may call, beside others that ask who is calling."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.fastapi import Endpoint
from fastapi_pro.auditing.libraries.guarded_routers import guarded_routers
from fastapi_pro.auditing.libraries.open_routes import (
    check_of,
    key_of,
    open_admin_makers,
    open_admin_routers,
    open_routes,
)

_PANEL = "sqladmin.Admin"
_OPTIONS = ("authentication_backend", "middlewares")
_OF_VIEW = "is_accessible"
"""What asks who is calling: options of a panel, and a method of its views."""
_NAMED = 3
"""How many endpoints of a router a finding names."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the endpoints without a login, where others of their router have one.

    Also what makes administrators, and the routers for them of which no endpoint has a login.
    """
    yield from _open_panels(program)
    for endpoint, sibling in open_routes(program).items():
        yield endpoint.call.hit(
            f"`{endpoint.name}` does not check who is calling; {_asks(endpoint, sibling)}"
        )
    for endpoint, sibling in open_admin_makers(program).items():
        if endpoint not in open_routes(program):
            yield endpoint.call.hit(
                f"anybody becomes an administrator by `{endpoint.name}`, which does not check who"
                f" is calling; {_asks(endpoint, sibling)}"
            )
    for router, (listed, asking) in open_admin_routers(program).items():
        names = ", ".join(f"`{endpoint.name}`" for endpoint in listed[:_NAMED])
        more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
        login = f"; {_asks(listed[0], asking)}" if asking else ""
        yield router.hit(
            f"no endpoint of this router for administrators checks who is calling; anybody can"
            f" call {names}{more}{login}"
        )


def _open_panels(program: Program) -> Iterator[Hit]:
    """Yield the panels for administrators that ask nobody: no backend, view or middleware does."""
    panels = [*program.calls_of(_PANEL)]
    if not panels or guarded_routers(program) is None:
        return
    if any(cls.bindings(_OF_VIEW) for cls in program.classes):
        return
    for panel in panels:
        is_open = not panel.has_unpacking and not any(map(panel.keyword, _OPTIONS))
        if is_open and not panel.module.is_tool and not is_for_developers(panel):
            yield panel.hit(
                f"`{panel.func.text}` has no `{_OPTIONS[0]}`: anybody may read and change every"
                " table that it shows",
                fix=f"`{panel.func.text}(..., {_OPTIONS[0]}=...)`, which asks who is calling",
            )


def _asks(endpoint: Endpoint, other: Endpoint) -> str:
    place = "next to it" if other.router == endpoint.router else f"in {other.call.module.path.name}"
    check = check_of(other)
    asks = f"depends on `{check}`" if check else f"compares `{key_of(other)}`"
    return f"`{other.name}` {place} {asks}"
