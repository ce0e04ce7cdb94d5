"""Layouts × replications: how many, on which processes, and what is kept when it is stopped."""
