"""Functions that run in a thread what they are given first."""

THREADS = {
    "anyio.to_thread.run_sync",
    "asyncio.to_thread",
    "fastapi.concurrency.run_in_threadpool",
}
