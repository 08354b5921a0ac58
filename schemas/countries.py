"""The time zones of the countries creators live in, and zones by name.

One zone stands for all that keep the same clock today; a test compares the table with tzdata.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

ZONES: Mapping[str, tuple[str, ...]] = {
    "AE": ("Asia/Dubai",),
    "AR": ("America/Argentina/Buenos_Aires",),
    "AT": ("Europe/Vienna",),
    "AU": ("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin",
           "Australia/Eucla", "Australia/Perth", "Australia/Lord_Howe"),
    "BE": ("Europe/Brussels",),
    "BR": ("America/Noronha", "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco"),
    "CA": ("America/St_Johns", "America/Halifax", "America/Puerto_Rico", "America/Toronto",
           "America/Panama", "America/Winnipeg", "America/Regina", "America/Edmonton",
           "America/Phoenix", "America/Vancouver"),
    "CH": ("Europe/Zurich",),
    "CL": ("America/Santiago", "America/Punta_Arenas", "Pacific/Easter"),
    "CO": ("America/Bogota",),
    "CZ": ("Europe/Prague",),
    "DE": ("Europe/Berlin",),
    "DK": ("Europe/Copenhagen",),
    "DO": ("America/Santo_Domingo",),
    "EG": ("Africa/Cairo",),
    "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "FI": ("Europe/Helsinki",),
    "FR": ("Europe/Paris",),
    "GB": ("Europe/London",),
    "GR": ("Europe/Athens",),
    "HK": ("Asia/Hong_Kong",),
    "HU": ("Europe/Budapest",),
    "ID": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "IE": ("Europe/Dublin",),
    "IL": ("Asia/Jerusalem",),
    "IN": ("Asia/Kolkata",),
    "IT": ("Europe/Rome",),
    "JP": ("Asia/Tokyo",),
    "KE": ("Africa/Nairobi",),
    "KR": ("Asia/Seoul",),
    "MX": ("America/Cancun", "America/Mexico_City", "America/Matamoros", "America/Ciudad_Juarez",
           "America/Hermosillo", "America/Tijuana"),
    "MY": ("Asia/Kuala_Lumpur",),
    "NG": ("Africa/Lagos",),
    "NL": ("Europe/Amsterdam",),
    "NO": ("Europe/Oslo",),
    "NZ": ("Pacific/Auckland", "Pacific/Chatham"),
    "PE": ("America/Lima",),
    "PH": ("Asia/Manila",),
    "PL": ("Europe/Warsaw",),
    "PR": ("America/Puerto_Rico",),
    "PT": ("Europe/Lisbon", "Atlantic/Azores"),
    "RO": ("Europe/Bucharest",),
    "SA": ("Asia/Riyadh",),
    "SE": ("Europe/Stockholm",),
    "SG": ("Asia/Singapore",),
    "TH": ("Asia/Bangkok",),
    "TR": ("Europe/Istanbul",),
    "TW": ("Asia/Taipei",),
    "US": ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
           "America/Los_Angeles", "America/Anchorage", "America/Adak", "Pacific/Honolulu"),
    "VN": ("Asia/Ho_Chi_Minh",),
    "ZA": ("Africa/Johannesburg",),
}  # fmt: skip


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone of that name; None if there is none.

    Names without a place ("localtime", "EST") are refused: they depend on the machine, or lie.
    """
    if "/" not in name and name != "UTC":
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


# The countries below by the names people call them.
NAMES: Mapping[str, str] = {
    "AT": "Austria", "BE": "Belgium", "BG": "Bulgaria", "CA": "Canada", "CH": "Switzerland",
    "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia",
    "ES": "Spain", "FI": "Finland", "FR": "France", "GB": "the United Kingdom", "GR": "Greece",
    "HR": "Croatia", "HU": "Hungary", "IE": "Ireland", "IS": "Iceland", "IT": "Italy",
    "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MT": "Malta",
    "NL": "the Netherlands", "NO": "Norway", "PL": "Poland", "PT": "Portugal", "RO": "Romania",
    "SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia",
}  # fmt: skip

# Where law asks for a recorded basis before a stranger is written to: CASL (Canada), GDPR and
# ePrivacy (European Union and EEA), PECR (United Kingdom), revFADP (Switzerland).
BASIS_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CA",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
