"""Cells that a workbook did not hold as text: what they were decides what may be believed of them.

An amount or a count that arrived as a number is exact; an id has lost its last digits. A date
that is one in the workbook has no order of day and month to prove.
"""


class NumberCell(str):
    """A number of a workbook, as text with a decimal point and at most 15 digits."""

    __slots__ = ()


class DateCell(str):
    """A date of a workbook, as text: DD/MM/YYYY HH:MM:SS."""

    __slots__ = ()
