"""Jobs through Taskiq: done once, though the broker is killed, and the worker in mid-job."""

import pytest

from broker_jobs import check_kill_in_mid_job
from valkey import compose_options, running_valkey


@pytest.mark.live
@pytest.mark.timeout(180)
async def test_a_job_whose_worker_is_killed_is_done_once(own_postgres_url: str) -> None:
    worker = ["taskiq", "worker", "app.worker:broker", "--workers=1"]
    with running_valkey(*compose_options()) as valkey:
        await check_kill_in_mid_job(own_postgres_url, valkey.url, valkey.restart, worker)
