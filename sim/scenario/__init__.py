"""What a planner writes: settings, layouts and their changes, records of calls."""
