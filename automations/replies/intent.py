"""What a mail that is no report is: a machine's, a wish to be left alone, or neither."""

import functools
import re
import unicodedata
from datetime import date, timedelta
from email.message import Message

from babel.dates import get_month_names

from automations.replies.letter import address_in, header

LANGUAGES = ("en", "es", "pt", "de", "fr", "it", "id", "vi")
LONGEST_ABSENCE = timedelta(days=60)

# The whole first line (or the subject of an empty mail) must say one of these.
_OPT_OUT = frozenset(
    """
    stop | stop all | stopall | stop it | stop emailing me | stop mailing me | stop contacting me |
    unsubscribe | unsubscribe me | please stop | remove | remove me | remove me from your list |
    remove me from this list | remove me from your mailing list | take me off your list | opt out |
    optout | opt me out | no more emails | no more messages | do not contact me |
    do not contact me again | dont contact me | dont contact me again | do not email me |
    dont email me | dont email me again | leave me alone | end | cancel |
    baja | darme de baja | dame de baja | dar de baja | denme de baja | quiero darme de baja |
    cancelar | cancelar suscripcion | parar | alto | no me escriban mas | no me escribas mas |
    no me contacten | no me contacten mas | no mas correos | no mas mensajes |
    quitarme de la lista | eliminarme de la lista | desuscribir | desuscribirme |
    no quiero recibir mas correos |
    pare | sair | descadastrar | me descadastre | me descadastrem | descadastre-me | remover |
    me remova | me remova da lista | remova-me | remova meu email | cancelar inscricao | parem |
    quero sair da lista | nao quero receber mais | nao quero receber mais emails |
    nao me enviem mais emails | nao me mande mais emails | nao me contate mais |
    stopp | abmelden | austragen | bitte abmelden | keine mails mehr | desabonner | desinscrire |
    desinscription | me desinscrire | arret | berhenti | berhenti berlangganan | dung | huy |
    huy dang ky | cancella | cancellami
    """.replace("\n", " ").split("|")
)
_COURTESY = re.compile(
    r"^(please|pls|por favor|favor|bitte|vui long|tolong|kindly|just)\s+|"
    r"\s+(please|pls|por favor|bitte|thanks|thank you|thx|gracias|obrigad[oa]|danke|merci|now)$"
)
_GREETING = re.compile(
    r"^(hi|hello|hey|dear|hola|ola|oi|bom dia|boa tarde|buenos dias|buenas|hallo|bonjour|"
    r"chao|halo|good (morning|afternoon|evening))\b[^.!?]{0,40}$"
)
_MACHINE_SUBJECT = re.compile(
    r"^(auto(matic|mated)?[ -]?(reply|response|antwort)|automatische antwort|out of (the )?office|"
    r"ooo\b|away from|on (vacation|holiday|leave)|abwesen|respuesta automatica|"
    r"fuera de (la )?oficina|ausente|resposta automatica|fora do escritorio|ausencia|"
    r"reponse automatique|absence|risposta automatica|fuori sede|balasan otomatis|tra loi tu dong)"
)
_MACHINE_SENDER = re.compile(r"^(mailer-daemon|postmaster|no-?_?reply|do-?not-?reply)\b")
_MACHINE_HEADERS = (
    "X-Autoreply", "X-Autorespond", "X-Vacation", "X-Auto-Response-Suppress", "X-Autoresponder",
)  # fmt: skip


def is_automatic(message: Message) -> bool:
    """Whether a machine sent it (RFC 3834, and the older habits of mail programs)."""
    submitted = header(message, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if header(message, "Return-Path") == "<>" or any(header(message, n) for n in _MACHINE_HEADERS):
        return True
    sender = address_in(header(message, "From"))
    return bool(
        _MACHINE_SENDER.match(sender) or _MACHINE_SUBJECT.match(folded(header(message, "Subject")))
    )


def asks_to_stop(own_words: str, subject: str) -> bool:
    """Whether the first line says nothing but an opt-out word; a quote or a footer never counts."""
    if folded(subject) == "unsubscribe":  # what our own List-Unsubscribe link writes
        return True
    lines = [folded(line) for line in own_words.split("\n")]
    said = [line for line in lines if line]
    if said and _GREETING.match(said[0]) and len(said) > 1:
        said = said[1:]
    first = said[0] if said else folded(subject)
    return first in _opt_out() or _plainly(first) in _opt_out()


def returns_on(text: str, received_on: date) -> date | None:
    """The latest day within two months that the text names; None when it names none."""
    last = received_on + LONGEST_ABSENCE
    named = [day for day in _days(folded(text[:3_000]), received_on) if received_on < day <= last]
    return max(named, default=None)


def folded(text: str) -> str:
    """In lower case, without accents, and without marks around it: as people compare words."""
    bare = unicodedata.normalize("NFKD", text[:3_000].lower().replace("đ", "d"))
    plain = "".join(c for c in bare if not unicodedata.combining(c))
    words = " ".join(plain.replace("'", "").replace("\u2019", "").split())
    return words.strip(' .!¡¿?,;:*_"“”()[]-')


@functools.cache
def _opt_out() -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in _OPT_OUT)


def _plainly(line: str) -> str:
    once = _COURTESY.sub("", line).strip(" ,.!")
    return _COURTESY.sub("", once).strip(" ,.!")


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
    return [one for one in found if one]


def _coming(day: str, month: str, year: str | None, near: date) -> date | None:
    number = _months()[month]
    if year:
        return _day(int(year), number, int(day))
    this_year = _day(near.year, number, int(day))
    next_year = _day(near.year + 1, number, int(day))
    return this_year if this_year and this_year > near else next_year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
