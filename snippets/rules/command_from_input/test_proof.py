"""Proof of command-from-input: what a client sends is run."""

from pathlib import Path
from types import ModuleType

import httpx


async def count(module: ModuleType, folder: Path, word: str) -> httpx.Response:
    """Count the lines with a word in a log of three lines."""
    module.LOG = folder / "app.log"  # type: ignore[attr-defined]
    module.LOG.write_text("a lamp\na chair\na -lamp; $(x)\n")
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/log/lines", params={"word": word})


async def test_bad_runs_what_is_sent(bad: ModuleType, tmp_path: Path) -> None:
    assert (await count(bad, tmp_path, "lamp")).json() == 2
    owned = tmp_path / "owned"
    for word in (f"; touch {owned};", f"$(touch {owned})", f"x | touch {owned} #"):
        await count(bad, tmp_path, word)
        assert owned.exists()
        owned.unlink()


async def test_good_looks_for_what_is_sent(good: ModuleType, tmp_path: Path) -> None:
    assert (await count(good, tmp_path, "lamp")).json() == 2
    owned = tmp_path / "owned"
    for word in (f"; touch {owned};", f"$(touch {owned})", f"x | touch {owned} #"):
        assert (await count(good, tmp_path, word)).json() == 0
        assert not owned.exists()
    assert (await count(good, tmp_path, "-lamp; $(x)")).json() == 1
