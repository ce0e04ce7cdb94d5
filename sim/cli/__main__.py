"""`python -m sim.cli`: the command `tenthirty` of a checkout."""

from sim.cli import main

main()
