"""Where law asks for a recorded reason before a stranger is written to, and what is lacking.

Not legal advice: the countries are Settings' to say (CASL, GDPR with ePrivacy, PECR, revFADP).
"""

from schemas.records import CreatorRow
from schemas.rules import Rules


def lacks_basis(row: CreatorRow, country: str, rules: Rules) -> str:
    """What a person must fill in before this creator may be written to; "" if nothing."""
    if country not in rules.basis_countries:
        return ""
    lacking = [
        name
        for name, value in (("Legal basis", row.legal_basis), ("Source", row.source))
        if not value
    ]
    if not lacking:
        return ""
    verb = "is" if len(lacking) == 1 else "are"
    return (
        f"{' and '.join(lacking)} {verb} empty: in {country} a recorded reason, and where the "
        "address is from, are needed before the first message."
    )
