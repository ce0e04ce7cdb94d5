"""What the log says: measures, comparisons, figures and files."""
