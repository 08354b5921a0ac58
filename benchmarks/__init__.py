"""What is measured, not tested: each module prints its figures. `make bench` runs all."""
