"""Jobs through ARQ: done once, though the broker is killed, and the worker in mid-job."""

import asyncio

import pytest
from arq import Retry

from app.worker import repeated
from broker_jobs import (
    check_failed_job,
    check_kill_in_mid_job,
    check_restarted_broker,
    check_silent_broker,
)
from valkey import compose_options, running_valkey

WORKER = ["arq", "app.worker.WorkerSettings"]


@pytest.mark.live
@pytest.mark.timeout(180)
async def test_a_job_whose_worker_is_killed_is_done_once(own_postgres_url: str) -> None:
    with running_valkey(*compose_options()) as valkey:
        await check_kill_in_mid_job(own_postgres_url, valkey.url, valkey.restart, WORKER)


@pytest.mark.live
@pytest.mark.timeout(180)
async def test_a_job_that_fails_is_done_later(own_postgres_url: str) -> None:
    with running_valkey() as valkey:
        await check_failed_job(own_postgres_url, valkey.url, WORKER)


@pytest.mark.live
@pytest.mark.timeout(180)
async def test_a_worker_goes_on_when_its_broker_is_back(own_postgres_url: str) -> None:
    with running_valkey() as valkey:
        await check_restarted_broker(
            own_postgres_url, valkey.url, valkey.stop, valkey.start, WORKER
        )


@pytest.mark.live
@pytest.mark.timeout(180)
async def test_a_broker_that_says_nothing_holds_the_relay_up_for_seconds(
    own_postgres_url: str,
) -> None:
    await check_silent_broker(own_postgres_url)


async def test_a_job_that_takes_too_long_is_repeated() -> None:
    """ARQ cancels it, and would count it as done."""

    @repeated
    async def job(_context: object) -> None:
        await asyncio.sleep(60)

    with pytest.raises(Retry):
        await asyncio.wait_for(job({"job_try": 1}), 0.01)
