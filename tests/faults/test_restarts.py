"""Servers are replaced while clients write."""

import pytest

import restarts

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("server", restarts.SERVERS)
def test_of_servers_first_taken_out_of_the_rotation_every_request_is_answered(
    server_url: str, server: str
) -> None:
    counts = restarts.measure(server_url, server, restarts.ROTATION, rounds=1)
    assert counts["answered"] > 50
    assert counts["not answered"] == counts["lost"] == 0
