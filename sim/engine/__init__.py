"""While the clock runs: one contract, `run(system, calls) -> Log`."""
