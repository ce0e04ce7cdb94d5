"""A scenario as the arrays that engines read; and who is within reach, without an engine."""
