"""What a subject line may say: a first message may not look like an answer, in any language."""

import re
import unicodedata

_ANSWERS = (
    "re|fwd?|aw|wg|sv|vs|rv|enc|res|tr|antw|odp|ynt|ilt|bls|trả lời|"
    "\u56de\u590d|\u56de\u8986|\u7b54\u590d|\u8f6c\u53d1|\u8f49\u5bc4"
)
_PREFIX = re.compile(rf"(?i)^\s*(?:(?:{_ANSWERS})\s*(?:\[\d+\])?\s*[:\uff1a]\s*)+")
_TAGS = re.compile(r"^(?:\s*\[[^\]]*\])+")
# Cyrillic letters that look like those of Re, Fwd, Aw and the like.
_LOOK_ALIKE = str.maketrans(
    "\u0435\u0415\u0430\u0410\u0442\u0422\u0441\u0421\u0455\u0405", "eEaAtTcCsS"
)
_NOT_IN_A_SUBJECT = re.compile("[\n\r\x0b\x0c\x85\u2028-\u202e\u2066-\u2069]")


def looks_like_answer(subject: str) -> bool:
    """Whether a reader would take the subject for a reply or a forwarded message."""
    shown = "".join(c for c in subject if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", shown).translate(_LOOK_ALIKE)
    return bool(_PREFIX.match(_TAGS.sub("", plain)))


def without_prefix(subject: str) -> str:
    """The subject without its Re: and Fwd:."""
    return _PREFIX.sub("", subject)


def check_subject(source: str) -> tuple[str, ...]:
    """What a template's subject may not hold, beside what no template may; () when it is fine."""
    if _NOT_IN_A_SUBJECT.search(source):
        return ("It holds a line break or a mark that turns letters round: type it again.",)
    if "=?" in source:
        return ("=? is not allowed: mail programs would decode what follows it.",)
    return ()
