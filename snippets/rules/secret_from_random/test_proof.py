"""Proof of secret-from-random: a client computes the token that somebody else is sent."""

import random
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

pytestmark = pytest.mark.usefixtures("sqlite_database")
_WORDS = 624  # numbers of 32 bits that are the whole state of the generator
_OF_TOKEN = 4


def undo_right(value: int, shift: int) -> int:
    """Undo `value ^= value >> shift`."""
    found = value
    for _ in range(32 // shift):
        found = value ^ found >> shift
    return found


def undo_left(value: int, shift: int, mask: int) -> int:
    """Undo `value ^= value << shift & mask`."""
    found = value
    for _ in range(32 // shift):
        found = value ^ found << shift & mask
    return found & 0xFFFFFFFF


def state_of(number: int) -> int:
    """Return the word of the state that a number was made of: the steps of MT19937 in reverse."""
    number = undo_right(number, 18)
    number = undo_left(number, 15, 0xEFC60000)
    number = undo_left(number, 7, 0x9D2C5680)
    return undo_right(number, 11)


def copied(tokens: list[str]) -> random.Random:
    """Return a generator that goes on as the one which made these tokens."""
    numbers = [
        int(token, 16) >> 32 * place & 0xFFFFFFFF
        for token in tokens
        for place in range(_OF_TOKEN)  # the first number drawn is the lowest
    ]
    copy = random.Random()
    copy.setstate((3, (*map(state_of, numbers), _WORDS), None))
    return copy


async def statuses(module: ModuleType) -> dict[str, int]:
    """Reset the password of another user, with the computed token and with the one that is sent."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    sent: dict[int, list[str]] = {1: [], 2: []}
    module.send = lambda user_id, token: sent[user_id].append(token)  # type: ignore[attr-defined]
    found: dict[str, int] = {}
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        for _ in range(_WORDS // _OF_TOKEN):
            await client.post("/resets", json={"user_id": 1})  # the client's own
        computed = f"{copied(sent[1]).getrandbits(128):032x}"
        await client.post("/resets", json={"user_id": 2})
        for who, token in (("thief", computed), ("owner", sent[2][0])):
            answer = await client.post("/passwords", json={"token": token})
            found[who] = answer.status_code
    return found


async def test_bad_is_computed_from_156_tokens(bad: ModuleType) -> None:
    assert await statuses(bad) == {"thief": 200, "owner": 403}


async def test_good_is_not_computed(good: ModuleType) -> None:
    assert await statuses(good) == {"thief": 403, "owner": 200}


def test_bad_codes_and_choices_go_on_from_the_same_state(bad: ModuleType) -> None:
    """One generator draws for the whole process, whatever is drawn."""
    tokens = [f"{bad.random.getrandbits(128):032x}" for _ in range(_WORDS // _OF_TOKEN)]
    copy = copied(tokens)
    drawn = [bad.random.randint(100_000, 999_999), *bad.random.choices("abcdef", k=20)]
    assert drawn == [copy.randint(100_000, 999_999), *copy.choices("abcdef", k=20)]
