"""Draw docs/bench/growth.svg and docs/bench/speed.svg from what the measurements have kept.

usage: uv run --group plots bench/plots.py

Each picture names the digest of the figures it was drawn from.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
from fastapi_pro.command_line import parser_of  # noqa: E402
from results import RESULTS, digest  # noqa: E402

STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "fastapi-pro", "axes.spines.top": False,
         "axes.spines.right": False, "font.size": 9, "legend.frameon": False}  # fmt: skip
Figures = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser_of(__doc__).parse_args(argv)
    for name, draw in {"growth": draw_growth, "speed": draw_speed}.items():
        write(name, draw)
    return 0


def write(name: str, draw: Callable[[Any, Figures], None]) -> None:
    """Draw a picture into docs/bench."""
    figures = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    with mpl.rc_context(STYLE):
        picture = plt.figure(figsize=(9, 3.2), layout="constrained")
        draw(picture, figures)
        told = {"Date": None, "Description": digest(name)}
        picture.savefig(RESULTS / f"{name}.svg", metadata=told)
    print(f"wrote docs/bench/{name}.svg")


def draw_growth(picture: Any, figures: Figures) -> None:  # noqa: ANN401
    """Draw what a page costs by the rows of the table, and what clients get, by their number."""
    left, middle, right = picture.subplots(1, 3)
    rows = [int(number) for number in figures["rows"]]
    for page in next(iter(figures["rows"].values())):
        left.plot(rows, [of[page] for of in figures["rows"].values()], marker="o", label=page)
    slowest = max(ms for of in figures["rows"].values() for ms in of.values())
    left.set(xscale="log", ylim=(0, 1.8 * slowest), xlabel="rows", title="ms for a page of 50")
    left.legend(loc="upper left")
    for axes, what, title in (
        (middle, "a second", "requests a second"), (right, "p99", "ms for the slowest 1 %"),
    ):  # fmt: skip
        for workers, of in figures["clients"].items():
            clients = [int(number) for number in of]
            label = f"{workers} worker{'s' if workers != '1' else ''}"
            axes.plot(clients, [cell[what] for cell in of.values()], marker="o", label=label)
        axes.set(ylim=(0, None), xlabel="clients", title=title)
        axes.legend()


def draw_speed(picture: Any, figures: Figures) -> None:  # noqa: ANN401
    """Draw requests a second, by kind of request and by application."""
    axes = picture.subplots()
    kinds = figures["requests a second of the processor"]
    apps = [app for app in next(iter(kinds.values())) if "asyncpg" not in app]
    for number, app in enumerate(apps):
        places = [place + 0.27 * (number - 1) for place in range(len(kinds))]
        bars = axes.bar(places, [rates[app] for rates in kinds.values()], 0.25, label=app)
        axes.bar_label(bars, fmt="{:,.0f}")
    axes.set_xticks(range(len(kinds)), list(kinds))
    axes.set(title=f"requests a second of the processor, {figures['clients']} clients, one process")
    axes.legend()


if __name__ == "__main__":
    sys.exit(main())
