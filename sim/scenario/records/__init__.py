"""Recorded calls: a file of them found out, read (`reading`), and counted to the last row."""
