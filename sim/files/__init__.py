"""A planner's files: read with their lines, written whole or not at all."""
