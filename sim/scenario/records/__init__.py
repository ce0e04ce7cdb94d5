"""Recorded calls: a file of them found out, read, and counted to the last row."""

from sim.scenario.records.reading import CallRecords, read

__all__ = ["CallRecords", "read"]
