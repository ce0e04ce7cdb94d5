"""The rules of dispatch, written once for every engine: a room for each thing that is decided.

A rule is a choice among numbers and arrays. It never waits, draws or writes, and it is plain
Python that the compiled engine compiles as it stands. What a rule compares is (seconds, row
number), least first, so that equal times are settled the same way everywhere.
"""
