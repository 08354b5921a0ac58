"""Where law asks for a recorded reason before a stranger is written to, and what is lacking.

Not legal advice: the countries are Settings' to say (CASL, GDPR with ePrivacy, PECR, revFADP).
"""

from schemas.countries import NAMES, ZONES
from schemas.records import CreatorRow
from schemas.rules import Rules


def lacks_basis(row: CreatorRow, rules: Rules) -> str:
    """What a person must fill in before this creator may be written to; "" if nothing."""
    if not row.country and may_need_basis(row, rules):
        return (
            f"Country is empty, and {row.time_zone} may be in one where a recorded reason is "
            "needed before the first message: fill in Country."
        )
    if row.country not in rules.basis_countries:
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
        f"{' and '.join(lacking)} {verb} empty: in {NAMES.get(row.country, row.country)} a "
        "recorded reason, and where the address is from, are needed before the first message."
    )


def may_need_basis(row: CreatorRow, rules: Rules) -> bool:
    """Whether the creator lives, or as far as is known may live, where a reason is needed."""
    if row.country:
        return row.country in rules.basis_countries
    if not rules.basis_countries:
        return False
    # A zone stands for all that keep its clock: who lives in one may live in any of its countries.
    countries = {code for code, zones in ZONES.items() if row.time_zone in zones}
    return not countries or not countries.isdisjoint(rules.basis_countries)
