"""The tables of the base, one module per part of the programme."""
