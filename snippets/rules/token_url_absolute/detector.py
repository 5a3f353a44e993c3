"""A `tokenUrl` from the root of the host, of an application that is served below a path."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import apps, is_app
from fastapi_pro.auditing.libraries.fastapi_requests import commands

_SCHEMES = (
    "fastapi.security.OAuth2PasswordBearer",
    "fastapi.security.OAuth2AuthorizationCodeBearer",
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the schemes whose URL lacks the path below which the application is."""
    schemes = list(program.calls_of(*_SCHEMES))
    prefixes = list(_prefixes(program)) if schemes else []
    for call in schemes:
        url = call.keyword("tokenUrl").constant or call.argument(0, "tokenUrl").constant
        if not isinstance(url, str) or not url.startswith("/"):
            continue
        known = [prefix.constant for prefix in prefixes]
        if prefixes and not any(isinstance(p, str) and url.startswith(p) for p in known):
            where = next((f"`{p}`" for p in known if p), f"`{prefixes[0].text}`")
            yield call.hit(
                f"the application is served below {where}, but Swagger UI sends logins to `{url}`"
                " of the host",
                fix=f'`tokenUrl="{url.lstrip("/")}"`, relative to the application',
            )


def _prefixes(program: Program) -> Iterator[Node]:
    """Yield the `root_path` of applications and servers, and where applications are mounted."""
    given = [call.keyword("root_path") for call in (*apps(program), *commands(program))]
    mounts = (c for c in program.calls_named("mount") if is_app(c.owner))
    given += [c.argument(0, "path") for c in mounts if is_app(c.argument(1, "app"))]
    for prefix in given:
        if prefix and not prefix.is_none and prefix.constant not in ("", "/"):
            yield prefix
