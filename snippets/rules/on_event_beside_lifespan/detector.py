"""Start-up handlers of an application that has a lifespan."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import apps, is_app

_MESSAGE = "never runs, without an error, because the application has a `lifespan=`"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `on_event`, `add_event_handler` and `on_startup=` beside a lifespan."""
    if any(call.owner.member == "router" for call in program.calls_named("startup")):
        return  # `app.router.startup()` runs the handlers, where nothing runs a lifespan
    for call in program.calls_named("on_event", "add_event_handler"):
        if is_app(call.owner) and _has_lifespan(call.owner):
            yield call.hit(f"this handler {_MESSAGE}")
    for app in apps(program):
        for name in ("on_startup", "on_shutdown"):
            given = app.keyword(name)
            if given and app.keyword("lifespan"):
                yield given.hit(f"`{name}=` {_MESSAGE}")


def _has_lifespan(app: Node) -> bool:
    """Say whether the application that a name stands for has one; of any, whether all have."""
    known = apps(app.program)
    made = app.definition
    factory = made.func.definition if made.is_call else made.at(None)
    candidates = [made] if made in known else [call for call in factory.calls if call in known]
    return bool(known) and all(call.keyword("lifespan") for call in candidates or known)
