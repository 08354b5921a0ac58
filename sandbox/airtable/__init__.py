"""Airtable in small: a store of bases and the Web API over it, errors and limits included."""
