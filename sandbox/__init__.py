"""The outside world in small: Airtable, Discord, mail and Redis, with faults on request."""
