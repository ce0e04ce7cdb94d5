"""What a log says: rows of calls, measures, estimates with intervals, verdicts."""
