"""Whether a machine wrote a mail, and when its owner says to be back."""

import functools
import re
from datetime import date, timedelta
from email.message import Message

from babel.dates import get_month_names

from automations.replies.letter import address_in, header
from automations.replies.opt_out import folded

LANGUAGES = ("en", "es", "pt", "de", "fr", "it", "id", "vi")
LONGEST_ABSENCE = timedelta(days=60)

_MACHINE_SUBJECT = re.compile(
    r"^(auto(matic|mated)?[ -]?(reply|response|antwort)|automatische antwort|out of (the )?office|"
    r"ooo\b|away from|on (vacation|holiday|leave)|abwesen|respuesta automatica|"
    r"fuera de (la )?oficina|ausente|resposta automatica|fora do escritorio|ausencia|"
    r"reponse automatique|absence|risposta automatica|fuori sede|balasan otomatis|tra loi tu dong)"
)
_AWAY = re.compile(
    r"out of (the )?office|\booo\b|\baway\b|vacation|holiday|\bon leave\b|\b(am|be) back\b|"
    r"return|"
    r"fuera de|vacaciones|ausente|regres|vuelvo|ferias|fora do|retorn|volto|abwesen|urlaub|"
    r"nicht im (buro|haus)|zuruck|absen[ct]|conges?\b|vacances|de retour|fuori (sede|ufficio)|"
    r"ferie|rientr|assente|cuti|libur|kembali|di luar kantor|nghi phep|vang mat|tro lai|quay lai"
)
_LEFT = re.compile(
    r"no longer (with|work|employed|at|part|monitored|active|in use)|(has|have) left (the|our)|"
    r"ya no trabaj|nao (trabalh\w+|faz parte) mais|nicht mehr (bei|im|fur|tatig)|"
    r"ne (travaille|fait) plus|non lavor\w+ piu|sudah tidak bekerja|khong con lam viec"
)
_MACHINE_SENDER = re.compile(r"^(mailer-daemon|postmaster|no-?_?reply|do-?not-?reply)\b")
_MACHINE_HEADERS = (
    "X-Autoreply", "X-Autorespond", "X-Vacation", "X-Autoresponder",
)  # fmt: skip


def is_automatic(message: Message) -> bool:
    """Whether a machine sent it (RFC 3834, and the older habits of mail programs)."""
    submitted = header(message, "Auto-Submitted").lower()
    if submitted.startswith("no"):  # its mail program says that a person wrote it
        return False
    if submitted:
        return True
    if header(message, "Precedence").lower() in ("bulk", "junk", "auto_reply"):
        return True
    if header(message, "Return-Path") == "<>" or any(header(message, n) for n in _MACHINE_HEADERS):
        return True
    sender = address_in(header(message, "From"))
    return bool(
        _MACHINE_SENDER.match(sender) or _MACHINE_SUBJECT.match(folded(header(message, "Subject")))
    )


def says_away(subject: str, text: str) -> bool:
    """Whether an automatic mail says that its owner is away, and does not only confirm receipt."""
    words = f"{folded(subject)} {folded(text[:2_000])}"
    return bool(_AWAY.search(words))


def says_left(text: str) -> bool:
    """Whether it says that nobody reads mail there any more."""
    return bool(_LEFT.search(folded(text[:2_000])))


def returns_on(text: str, received_on: date) -> date | None:
    """The latest day within two months that the text names; None when it names none."""
    last = received_on + LONGEST_ABSENCE
    named = [day for day in _days(folded(text[:3_000]), received_on) if received_on < day <= last]
    return max(named, default=None)


_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](20\d\d|\d\d))?(?![\d/-]|\.\d)")


@functools.cache
def _months() -> dict[str, int]:
    return {
        folded(name): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, "format", language).items()
    }


def _days(text: str, near: date) -> list[date]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|o)?"
    month, year = rf"(?P<month>{names})", r"(?:,? (?:de |del )?(?P<year>20\d\d))?"
    found = [
        _day(*map(int, match.groups()))
        for match in re.finditer(r"\b(20\d\d)-(\d\d)-(\d\d)\b", text)
    ]
    found += [
        _coming(match["day"], match["month"], match["year"], near)
        for pattern in (
            rf"\b{day}[. ]+(?:de |of )?{month}\b\.?{year}",
            rf"\b{month}\.? {day}\b{year}",
        )
        for match in re.finditer(pattern, text)
    ]
    found += [
        one
        for match in _NUMERIC.finditer(text)
        for one in _in_numbers(match[1], match[2], match[3], near)
    ]
    found += [
        _coming_in(int(match[1]), int(match[2]), match[3], near)
        for match in re.finditer(r"\b(\d{1,2}) thang (\d{1,2})(?:,? nam (20\d\d))?", text)
    ]
    return [one for one in found if one]


def _in_numbers(first: str, second: str, year: str | None, near: date) -> list[date]:
    """Day first, as nearly everybody writes it; month first where that way it has passed."""
    whole = f"20{year}" if year and len(year) == 2 else year
    day_first = _coming_in(int(first), int(second), whole, near)
    if day_first and day_first > near:
        return [day_first]
    month_first = _coming_in(int(second), int(first), whole, near)
    return [one for one in (month_first, day_first) if one][:1]


def _coming(day: str, month: str, year: str | None, near: date) -> date | None:
    return _coming_in(int(day), _months()[month], year, near)


def _coming_in(day: int, month: int, year: str | None, near: date) -> date | None:
    if year:
        return _day(int(year), month, day)
    this_year = _day(near.year, month, day)
    next_year = _day(near.year + 1, month, day)
    return this_year if this_year and this_year > near else next_year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
