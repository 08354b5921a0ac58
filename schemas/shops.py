"""Shops: whose order files arrive, in which zone their days begin, in which currency they sell."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from schemas.countries import zone_named
from schemas.parsing import BadCell


@dataclass(frozen=True, slots=True)
class Shop:
    """One TikTok shop of the brand; `time_zone` is an IANA name, `currency` an ISO code."""

    name: str
    time_zone: str
    currency: str

    @property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return ZoneInfo(self.time_zone)

    def to_utc(self, local: datetime) -> datetime:
        """The instant at which the shop's clock shows `local` (naive)."""
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def start_of(self, day: date) -> datetime:
        """The instant at which that day begins in the shop."""
        return self.to_utc(datetime.combine(day, time()))


def parse_shops(value: str) -> tuple[Shop, ...]:
    """The shops of a Settings value like "Glow US, America/Los_Angeles, USD; Glow UK, …"."""
    shops = tuple(_shop(part) for part in value.split(";") if part.strip())
    if not shops:
        raise BadCell("Shops is empty: name at least one.")
    if len({shop.name.casefold() for shop in shops}) < len(shops):
        raise BadCell("Shops names one shop twice.")
    return shops


def _shop(value: str) -> Shop:
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 3 or not parts[0]:
        raise BadCell(
            f"Shops should read like 'Glow US, America/Los_Angeles, USD', not {value.strip()!r}."
        )
    name, zone, currency = parts
    if zone_named(zone) is None:
        raise BadCell(f"Shops: {zone!r} is no time zone; write one like America/Los_Angeles.")
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        raise BadCell(f"Shops: {currency!r} is no currency; write one like USD.")
    return Shop(name, zone, currency)
