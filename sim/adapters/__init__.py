"""Models of other simulators, translated into a System and Calls of the ordinary engine."""
