"""What the data looks like: the base as one declaration, typed records, parsing, money."""
