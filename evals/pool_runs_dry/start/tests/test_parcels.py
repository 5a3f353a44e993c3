import os
import tempfile

os.environ["DATABASE_URL"] = f"sqlite+aiosqlite:///{tempfile.mkdtemp()}/test.db"

from fastapi.testclient import TestClient

from app.main import app


class FakeCarrier:
    async def place_of(self, code: str) -> str:
        return f"Graz ({code})"


def test_a_parcel_is_refreshed() -> None:
    with TestClient(app) as client:
        app.state.carrier, real = FakeCarrier(), app.state.carrier
        parcel = client.post("/parcels", json={"code": "A1"}).json()
        refreshed = client.post(f"/parcels/{parcel['id']}/refresh")
        assert refreshed.json()["place"] == "Graz (A1)"
        assert client.get("/parcels").json() == [refreshed.json()]
        app.state.carrier = real
