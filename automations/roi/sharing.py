"""Shares of a common cost: whole minor units that always sum to the amount shared."""

from collections.abc import Collection, Mapping


def shared_equally(minor: int, among: Collection[str]) -> Mapping[str, int]:
    """`minor` units over these, as equal as whole units allow (largest remainder).

    Units that are left over go one each to the first in alphabetical order; sharing among nobody
    is a ValueError, for the amount would be lost.
    """
    if not among:
        raise ValueError("nobody to share among")
    each, left = divmod(abs(minor), len(among))
    sign = -1 if minor < 0 else 1
    return {who: sign * (each + (place < left)) for place, who in enumerate(sorted(among))}
