"""What the writer of a mail wrote: quotes, signatures and mail footers cut off."""

import re

MAX_WORDS = 2_000
_WROTE = re.compile(
    r"(wrote|escribió|escreveu|schrieb|a écrit|ha scritto|đã viết|menulis|pisze|napisał)"
    r"[^\n]{0,80}:\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^\s*(-{2,}\s*(original message|forwarded message|mensaje original|mensagem original|"
    r"ursprüngliche nachricht|message d'origine|mensaje reenviado|mensagem encaminhada)"
    r"|_{20,}\s*$|begin forwarded message)",
    re.IGNORECASE,
)
_OUTLOOK_FROM = re.compile(r"^\s*\*?(from|de|von|da|từ|dari)\s?:\*?\s", re.IGNORECASE)
_OUTLOOK_NEXT = re.compile(
    r"^\s*\*?(sent|date|to|enviado|enviada|fecha|data|para|gesendet|datum|an|envoyé|à|"
    r"đã gửi|ngày|terkirim|kepada)[^:\n]{0,20}:",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """The writer's own words, at most 2,000 characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        if _everything_after_is_quoted(lines, place):
            break
        if line.lstrip().startswith(">") or _introduces_quote(lines, place):
            continue
        kept.append(line.rstrip())
    return "\n".join(kept).strip()[:MAX_WORDS].rstrip()


def _everything_after_is_quoted(lines: list[str], place: int) -> bool:
    line = lines[place]
    if _FORWARD.match(line) or line.rstrip("\n") == "-- ":
        return True
    if _OUTLOOK_FROM.match(line):
        return any(_OUTLOOK_NEXT.match(after) for after in lines[place + 1 : place + 4])
    return _introduces_quote(lines, place) and not _quoted_below(lines, place)


def _introduces_quote(lines: list[str], place: int) -> bool:
    """Whether a line says "On … wrote:", alone or together with the next one or two."""
    here = lines[place][:300]
    if _WROTE.search(here):
        return True
    if not re.match(r"\s*(on|el|em|am|le|il|vào|pada)\s.*\d", here, re.IGNORECASE):
        return False
    return any(_WROTE.search(after[:300]) for after in lines[place + 1 : place + 3])


def _quoted_below(lines: list[str], place: int) -> bool:
    """Whether what is quoted is marked with ">", so that an answer may stand below it."""
    below = [line for line in lines[place + 1 : place + 6] if line.strip()]
    return any(line.lstrip().startswith(">") for line in below)
