"""What leaves the house: results folders, and coverage for a GIS."""
