"""What reads a clock."""

CLOCKS = {
    "time.time", "time.perf_counter", "time.monotonic", "time.perf_counter_ns", "time.time_ns",
    "timeit.default_timer", "datetime.datetime.now", "datetime.datetime.utcnow",
}  # fmt: skip
