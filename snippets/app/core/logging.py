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
    named: list[structlog.types.Processor] = [structlog.stdlib.add_logger_name, *SHARED]
    structlog.configure(
        processors=[*named, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    written: list[structlog.types.Processor] = [
        ProcessorFormatter.remove_processors_meta,
        # Not dict_tracebacks: that one prints local variables, passwords among them.
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=named, processors=written))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        # RequestContextMiddleware writes the access log.
        logging.getLogger(name).propagate = name != "uvicorn.access"


def access_log(name: str) -> Callable[..., None]:
    """Return what writes the one line of every request.

    It writes to standard output itself: each request would pay for a logger.
    """
    write = structlog.WriteLogger(sys.stdout).info
    encode = json.JSONEncoder(default=repr).encode

    def log(**line: object) -> None:
        line["logger"] = name
        for process in SHARED:
            line = process(write, "info", line)
        write(encode(line))

    return log
