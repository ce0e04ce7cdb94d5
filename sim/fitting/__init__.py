"""What records of a service say of it: rates, speeds, durations, shares, each with its interval."""
