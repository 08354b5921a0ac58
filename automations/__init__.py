"""What should happen: pure planners. They receive facts and `now`, and return a plan."""
