"""Jobs through Taskiq: done once, though the broker is killed, and the worker in mid-job."""

import pytest
from redis.asyncio import Redis
from taskiq import BrokerMessage

from app.worker import Stream
from broker_jobs import (
    check_failed_job,
    check_kill_in_mid_job,
    check_restarted_broker,
    check_silent_broker,
)
from valkey import compose_options, running_valkey

WORKER = ["taskiq", "worker", "app.worker:broker", "--workers=1"]


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


async def test_the_stream_forgets_what_is_done() -> None:
    with running_valkey() as valkey:
        broker = Stream(url=valkey.url, consumer_id="0")
        await broker.startup()
        job = BrokerMessage(task_id="1", task_name="job", message=b"job", labels={})
        await broker.kick(job)
        async with Redis.from_url(valkey.url) as redis:
            assert await redis.xlen(broker.queue_name) == 1
            received = await anext(broker.listen())
            await received.ack()
            assert await redis.xlen(broker.queue_name) == 0
        await broker.shutdown()
