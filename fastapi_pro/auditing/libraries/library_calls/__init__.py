"""What calls of libraries do, one line for each module or class of a library.

A library that detectors are to know is entered in the table of what it does: `waiting` (a call that
waits for a service, a database, a process), `computing` (one that keeps the processor, or a disk,
busy), `clients` (what is made once for all requests), `passwords` (hashes) and `threads`. Names are
those of `Node.called` and `Node.type`; `table.Calls` says how a line is read. What a function of
the library returns, if it is an object with methods in these tables, stands in
`model/library_types.py`. `tests/audit/test_library_calls.py` looks each name up in the library.
"""

from fastapi_pro.auditing.libraries.library_calls.clients import (
    HTTP_CLIENTS,
    HTTPX,
    KEPT_CLIENTS,
    POOLS,
    REQUEST_METHODS,
    REQUESTS,
    REQUESTS_SESSIONS,
    VERBS,
)
from fastapi_pro.auditing.libraries.library_calls.computing import COMPUTING, FILES
from fastapi_pro.auditing.libraries.library_calls.passwords import (
    HASHES,
    PASSLIB,
    VERIFICATIONS,
)
from fastapi_pro.auditing.libraries.library_calls.threads import THREADS
from fastapi_pro.auditing.libraries.library_calls.waiting import (
    BLOCKING,
    FINDS,
    LOCAL,
    SLOW,
    SLOW_COROUTINES,
)

__all__ = [
    "BLOCKING",
    "COMPUTING",
    "FILES",
    "FINDS",
    "HASHES",
    "HTTPX",
    "HTTP_CLIENTS",
    "KEPT_CLIENTS",
    "LOCAL",
    "PASSLIB",
    "POOLS",
    "REQUESTS",
    "REQUESTS_SESSIONS",
    "REQUEST_METHODS",
    "SLOW",
    "SLOW_COROUTINES",
    "THREADS",
    "VERBS",
    "VERIFICATIONS",
]
