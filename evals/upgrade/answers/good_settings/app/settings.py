import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    currency: str = field(default_factory=lambda: os.environ.get("WAREHOUSE_CURRENCY", "EUR"))
    limit: int = field(default_factory=lambda: int(os.environ.get("WAREHOUSE_LIMIT", "100")))
    motd: str | None = field(default_factory=lambda: os.environ.get("WAREHOUSE_MOTD"))


settings = Settings()
