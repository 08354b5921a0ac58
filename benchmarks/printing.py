"""Prints figures as a Markdown table: readable in a terminal, and ready for docs/capacity.md."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table whose columns are as wide as their longest cell; all but the first right."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    rule = [
        "-" * width if not place else "-" * (width - 1) + ":" for place, width in enumerate(widths)
    ]
    for row in (cells[0], rule, *cells[1:]):
        first, *others = zip(row, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        print(f"| {' | '.join(padded)} |")
    print(flush=True)


def verdict(figure: float, target: float, *, at_most: bool) -> str:
    """`met` or `MISSED`: whether a figure keeps to its target."""
    return "met" if (figure <= target if at_most else figure >= target) else "MISSED"
