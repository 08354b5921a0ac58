"""The ledger: our memory in SQL. Airtable is only the screen; what happened is decided here."""
