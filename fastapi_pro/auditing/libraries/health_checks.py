"""The endpoints that ask whether a service is well."""

import re

from fastapi_pro.auditing.libraries.fastapi import Endpoint

_CHECK = re.compile(
    r"^(health(z|y|_?check)?|check_health|ready(z)?|readiness(_?(check|probe))?|live(z|ness)?|"
    r"liveness_?(check|probe)|heartbeat|ping|startup|(db|database)_?(health|ping|check)|"
    r"health_?(db|database))$"
)


def is_check(endpoint: Endpoint) -> bool:
    """Say whether the last part of an endpoint's path is a health check's, without parameters.

    Or its first one: `/health/detailed`.
    """
    parts = _parts(endpoint)
    return is_probe(endpoint) or (len(parts) > 1 and parts[0].startswith("health"))


def is_probe(endpoint: Endpoint) -> bool:
    """Say whether the last part of a path is one that orchestrators and load balancers ask for."""
    parts = _parts(endpoint)
    return bool(parts) and bool(_CHECK.match(parts[-1]))


def _parts(endpoint: Endpoint) -> list[str]:
    """Return the parts of a path that a health check may have, in lower case."""
    path = endpoint.path
    if endpoint.method not in ("get", "head", "api_route") or path is None or "{" in path:
        return []
    return [p.lower().replace("-", "_") for p in path.split("/") if p] or [endpoint.name]
