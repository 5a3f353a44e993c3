"""What a file is, by its first bytes: names and Content-Type are what the client says."""

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}
ENOUGH = max(len(magic) for magic in _MAGIC)  # bytes to know by


def media_type(head: bytes) -> str | None:
    """Return the type of a file that begins so, None for all that is not accepted."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
