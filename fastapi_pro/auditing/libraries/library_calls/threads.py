"""Functions that run their first argument in a thread."""

THREADS = {
    "anyio.to_thread.run_sync",
    "asyncio.to_thread",
    "fastapi.concurrency.run_in_threadpool",
}
