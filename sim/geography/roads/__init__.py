"""From roads to seconds, one way: network, folding, tables, travel."""
