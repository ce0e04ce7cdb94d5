"""From roads to seconds: graph, network, folding, tables, joining, travel, in this order."""
