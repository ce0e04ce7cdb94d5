"""From roads to seconds: graph, network, folding, tables, travel; each opens only those before it."""
