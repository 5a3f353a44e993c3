"""What a production service needs, and how one sees that a skill shows code for it."""

import re

TOPICS = {
    "routers, versions of the API": r"\bAPIRouter\(",
    "dependency injection with Annotated": r"\bAnnotated\[[^\n]*\bDepends\(",
    "lifespan": r"\bdef lifespan\b|\blifespan=",
    "settings from the environment": r"\bBaseSettings\b",
    "schemas with validators": r"@field_validator|@model_validator|\bAfterValidator\(",
    "error handlers": r"\bexception_handler\(|\badd_exception_handler\(",
    "CORS": r"\bCORSMiddleware\b",
    "middleware in pure ASGI": r"def __call__\(\s*self,\s*scope\b",
    "async SQLAlchemy": r"\bcreate_async_engine\(|\bAsyncSession\b",
    "migrations (Alembic)": r"\balembic\b",
    "pagination": r"\blimit\b[^\n]*\bQuery\(|\.limit\(|\bPaginat",
    "JWT login": r"\bjwt\.(en|de)code\(",
    "refresh tokens": r"refresh_token",
    "password hashing with Argon2": r"argon2|\bpwdlib\b",
    "roles and permissions": r"require_role|RoleChecker|SecurityScopes|\brequire_permission",
    "rate limits": r"rate_?limit|slowapi",
    "idempotency keys": r"[Ii]dempotency[-_ ]?[Kk]ey",
    "background work": r"\bBackgroundTasks\b|\bcelery\b|\barq\b",
    "caching": r"\bredis\b|@cache\b|fastapi_cache",
    "uploads": r"\bUploadFile\b",
    "streams (SSE, StreamingResponse)": r"\bStreamingResponse\b|\bEventSource|ServerSentEvent",
    "WebSocket": r"\bWebSocket\b",
    "tests of the API": r"\bTestClient\b|\bASGITransport\(",
    "tests on a real database": r"create_savepoint|begin_nested|testcontainers",
    "structured logs, request ids": r"\bstructlog\b|X-Request-ID|correlation_id",
    "metrics or traces": r"prometheus|opentelemetry",
    "health check": r"/health",
    "container image": r"^FROM \S+|docker (build|compose)",
    "worker processes": r"--workers|gunicorn",
}  # fmt: skip
_PATTERNS = {topic: re.compile(pattern, re.MULTILINE) for topic, pattern in TOPICS.items()}


def shown(code: str) -> list[str]:
    """Return the topics that this code, of all of a skill's blocks, has something on."""
    return [topic for topic, pattern in _PATTERNS.items() if pattern.search(code)]
