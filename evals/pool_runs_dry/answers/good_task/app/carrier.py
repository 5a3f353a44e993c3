import asyncio
import os

import httpx


class Carrier:
    """The API of the carrier."""

    def __init__(self) -> None:
        url = os.environ.get("CARRIER_URL", "http://carrier.internal")
        self.client = httpx.AsyncClient(base_url=url, timeout=None)

    async def place_of(self, code: str) -> str:
        async with asyncio.timeout(15):
            response = await self.client.get(f"/parcels/{code}")
        response.raise_for_status()
        return response.json()["place"]
