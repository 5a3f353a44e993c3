"""Jobs through Celery: done once, though the broker is killed, and the worker in mid-job."""

import pytest

from broker_jobs import (
    check_failed_job,
    check_kill_in_mid_job,
    check_restarted_broker,
    check_silent_broker,
)
from valkey import compose_options, running_valkey

WORKER = ["celery", "-A", "app.worker", "worker", "--concurrency=1"]


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
