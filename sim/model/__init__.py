"""The contract: what engines read (System, Calls) and what they write (Log)."""
