"""True before the clock starts: scenario files, maps, roads, demand, and the System they make."""
