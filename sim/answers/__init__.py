"""What a committee decides on: which site, how sure, what the next one buys, and does it hold."""
