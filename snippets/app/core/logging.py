"""Logs as one JSON object a line."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

SHARED: list[Callable[[Any, str, Any], Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logging() -> None:
    """Send every log record to standard output, with what is bound to the request."""
    named: list[structlog.types.Processor] = [
        structlog.stdlib.add_logger_name,
        *SHARED,
        # Not dict_tracebacks: that one prints local variables, passwords among them.
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*named, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    as_json = structlog.processors.JSONRenderer()
    handler.setFormatter(ProcessorFormatter(as_json, foreign_pre_chain=named))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"  # `access_log` writes it


def access_log(name: str) -> Callable[..., None]:
    """Return what writes the one line of every request.

    It writes to standard output itself: each request would pay for a logger.
    """
    encode = json.JSONEncoder(default=repr).encode

    def log(**line: object) -> None:
        line["logger"] = name
        for process in SHARED:
            line = process(None, "info", line)
        sys.stdout.write(f"{encode(line)}\n")
        sys.stdout.flush()

    return log
