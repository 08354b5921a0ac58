"""Return on what the programme costs: figures, how shared costs are split, and the tables."""
