"""Whether somebody asks to hear nothing more: a word alone, or a sentence of a short mail.

Eight languages; words are compared in lower case and without accents (`folded`). A sentence must
ask for it: merely naming the words ("I had to stop filming") asks for nothing.
"""

import functools
import re
import unicodedata

LONGEST_ASKING = 160  # words; who writes more has more to say, and a person reads it

# The whole first line (or the subject of an empty mail) says one of these.
_ALONE = frozenset(
    """
    stop | stop all | stopall | stop it | unsubscribe | please stop | remove | opt out | optout |
    no more emails | no more messages | leave me alone | end | cancel |
    baja | dar de baja | cancelar | cancelar suscripcion | parar | alto | no mas correos |
    no mas mensajes | pare | sair | remover | parem | cancelar inscricao |
    stopp | abmelden | austragen | keine mails mehr | arret | berhenti | dung | huy | cancella |
    stop svp | basta
    """.replace("\n", " ").split("|")
)
_MAILS = r"(e-?mail\w*|mail\w*|messag\w*|spam\w*|newsletter\w*)"
_ME = r"(me|us|this (e-?mail|address)|my (name|e-?mail|address|contacts?|details|data|info\w*)\b)"
_EVER = (
    r"( any\w*| more| these| this| your| stuff| e?mails?| messages?| here| again| ever| please)*$"
)
# One way to ask a line; the languages follow each other: en, es, pt, de, fr, it, id, vi.
_WAYS = r"""
\b(stop|quit|cease)( (the|these|your|all|any|with|sending))? (MAILS|writing|contacting|sending)
\b(stop|quit|cease) (bothering|texting|reaching out|harassing)
\b(want|like|wish|need) (you )?to stop (receiving|getting|sending|MAILS)
\b(want|like|wish|need) (you )?to (unsubscribe|be removed|be taken off|opt out)
\b(take|remove|delete|drop|erase|strike) MINE(?! (a|the|to|an) )
\bunsubscribe (me|us|this (e-?mail|address))
\bopt (me|us) out
\bunsub me
\b(erase|delete|remove) (all |any )?(of )?(my |the )?(personal )?(data|information)\b
\bnot to contact me\b
\bright to (erasure|be forgotten)\b
\b(do not|dont|never) (ever )?(MAILS|write|contact|text|call|send|reach out)( to)?( me| us)?EVER
\bno (more|further) (MAILS|contact)
\bleave me alone
\blose my (e-?mail|address|number)
\b(do not|dont|no longer) (want|wish|care)( you)? to (receive|get|hear|be contacted|MAILS)
\bdo(nt| not) want (any|your|these|more|further) (more )?MAILS
\b(de|des|den|dar|darme|deme|denme|dame|doy) (me )?de baja
\bdesuscrib
\bdesapunt
\b(quit|elimin|borr|sac|retir)(a|e|en|ar|ad)me\b
\b(quit|elimin|borr)(a|e|en|ar) mi\b
\bno (me |nos )?(envi|escrib|mand|contact|molest|llam)\w+( \w+){0,4} (mas|nunca)\b
\bno (me )?(vuelv\w+) a (escrib|envi|mand|contact)
\bno (quiero|deseo) (recibir|mas|que me)
\b(deja|deje|dejen|dejad|pare|paren|para) de (escrib|envi|mand|contact|molest)
\bdescadastr
\b(remov|retir|tir|exclu|apag|delet)(a|e|em|am|er|ar|ir|ua|uam|i)(-me| me\b| o meu| meu| minha)
\bme (tir|retir|exclu|remov|apag|delet)\w+
\bnao (me )?(envi|mand|escrev|contat|procur|incomod)\w+( \w+){0,4} mais
\bnao (quero|desejo|tenho interesse em) (mais )?receber
\bpar(a|e|em) de (me )?(envi|mand|escrev|contat|encher)
\bsair d(a|esta|essa) lista
\bcancel\w+ (a |minha )?(inscricao|assinatura)
\bstreich\w* (sie |ihr )?(bitte )?(mich|meine)
\bnehm\w* .{0,12}(mich|meine).{0,40}(verteiler|liste|raus|heraus)
\b(losch|entfern)\w* (sie |ihr )?(bitte )?.{0,10}(mich|meine)
\bkeine weiteren? .{0,12}(mails?|nachrichten|anfragen)
\bkeine .{0,16}(mails?|nachrichten|werbung) mehr
\b(abbestell|abmeld|austrag)\w*\b.{0,20}(bitte|newsletter|verteiler|mich)
\b(mich|mir|bitte) .{0,20}(abmelden|austragen|abbestellen)
\bmelde\w* mich .{0,12}ab\b
\b(schreib|kontaktier|mail|belastig)\w* .{0,14}(nicht|nie) (mehr|wieder)
\bnicht (mehr|weiter) (kontakt|anschreib|schreib|angeschrieb)
\blasst? mich .{0,8}in ruhe
\bhor\w* (bitte )?auf .{0,20}(schreib|mail|schick|send)
\bdesinscri
\bdesabonn
\b(retir|enlev|supprim|radi|ray)\w*[ -](moi|mon|mes)\b
\bme (retirer|supprimer|enlever|radier|rayer)\b
\bne plus (me |m)?(ecri|contact|envoy|recevoir|sollicit|derang)
\bne (me |m)(ecri|contact|envoy|derang|sollicit)\w* plus
\barret\w* de (me |m ?|nous )?(ecri|envoy|contact|spam)
\b(plus|aucun) (de )?(mails?|messages?|courriels?|e-?mails?)\b
\bcancell(a|i|are|ate|armi|atemi|ami|rmi)\b.{0,12}(mi\b|il mio|la mia|me\b|da|dalla)
\b(cancellarmi|cancellatemi|cancellami|disiscriv\w*|rimuov\w+mi|toglietemi|toglimi|togliermi)\b
\b(rimuov|togli|elimin)\w* .{0,10}(il mio|mio|me)\b
\bnon (mi )?(scriv|contatt|invi|mand|disturb)\w+( \w+){0,3} piu\b
\bnon (mi )?(voglio|desidero|vorrei) (piu )?(ricevere|essere contattat)
\bsmett\w+ di (scriv|mand|invi|contatt)
\bnon (scrivetemi|contattatemi|mandatemi|inviatemi)\b
\bhapus (alamat|email|e-mail|saya|nama|nomor|data|kontak)
\bkeluarkan (saya|email)
\bjangan .{0,12}(kirim|hubungi|email|chat)\w*.{0,30} lagi
\b(tidak|gak|ga|nggak|enggak|tak) (ingin|mau) (lagi )?(menerima|terima|dapat|dihubungi|dikirim)
(?<!jangan )\bberhenti (berlangganan|mengirim|kirim|email|hubungi|menghubungi)
\bstop (kirim|email|hubungi|chat)
\b(dung|khong|ngung|thoi) (gui|lien he|lam phien|nhan tin|e?mail).{0,30}\b(nua|toi|minh|em)\b
\b(xoa|bo|loai|go) (toi|minh|em|email|dia chi|ten)\b
\bhuy dang ky
\bkhong muon nhan
\btu choi nhan
"""
_SHORT = (("MAILS", _MAILS), ("MINE", _ME), ("EVER", _EVER))


def _spelt_out(way: str) -> re.Pattern[str]:
    for short, long in _SHORT:
        way = way.replace(short, long)
    return re.compile(way)


_SENTENCES = tuple(_spelt_out(way) for way in _WAYS.split("\n") if way)
_MEANT_OTHERWISE = r"""
\b(do not|dont|never|please dont|cant|cannot) (ever )?(stop|remove|unsubscribe|delete|take)\b
\bno (pares|paren|dejes|dejen) de\b
\bjangan (pernah )?(berhenti|stop)\b
\bnao (pare|parem|para) de\b
\bhort? nicht auf\b
\bnon (smettete|smettere|smetti) di\b
\bn ?arrete\w* pas de\b
\bdung (bao gio )?ngung\b
"""
_NOT_SO = re.compile("|".join(way for way in _MEANT_OTHERWISE.split("\n") if way))
_COURTESY = re.compile(
    r"^(please|pls|por favor|favor|bitte|vui long|tolong|mohon|kindly|just|per favore|svp)\s+|"
    r"\s+(please|pls|plz|por favor|bitte|thanks|thank you|thx|gracias|obrigad[oa]|danke|merci|now|"
    r"svp|grazie|per favore|terima kasih|cam on|already|immediately)$"
)
_GREETING = re.compile(
    r"^(hi|hello|hey|dear|hola|ola|oi|bom dia|boa tarde|buenos dias|buenas|hallo|bonjour|salut|"
    r"ciao|chao|halo|gentile|estimad[oa]|prezad[oa]|sehr geehrte|good (morning|afternoon|evening))"
    r"\b[^.!?]{0,40}$"
)
_END = re.compile(r"[.!?;:]+(?:\s|$)")


def asks_to_stop(own_words: str, subject: str) -> bool:
    """Whether these words ask to hear nothing more; a quote or a footer must not be among them."""
    said = [line for line in map(folded, own_words.split("\n")) if line]
    if folded(subject) == "unsubscribe":  # what our own List-Unsubscribe link writes
        return True
    if said and _GREETING.match(said[0]) and len(said) > 1:
        said = said[1:]
    first = said[0] if said else folded(subject)
    if first in _alone() or _plainly(first) in _alone():
        return True
    whole = own_words if said else subject
    if len(whole.split()) > LONGEST_ASKING:
        return False
    return any(_asks(sentence) for sentence in _sentences(whole))


def folded(text: str) -> str:
    """In lower case, without accents, and without marks around it: as people compare words."""
    bare = unicodedata.normalize("NFKD", text[:3_000].lower().replace("đ", "d"))
    plain = "".join(c for c in bare if not unicodedata.combining(c))
    words = " ".join(plain.replace("'", "").replace("\u2019", "").split())
    return words.strip(' .!¡¿?,;:*_"“”()[]-')


def _asks(sentence: str) -> bool:
    meant = _NOT_SO.sub(" ", sentence)
    return any(pattern.search(meant) for pattern in _SENTENCES)


def _sentences(text: str) -> list[str]:
    # A sentence may run over the end of a line, but not over an empty one.
    paragraphs = re.split(r"\n\s*\n", text[:3_000])
    parts = [
        part for one in paragraphs for part in re.split(r"[.!?;:]+(?:\s|$)", " ".join(one.split()))
    ]
    return [sentence for part in parts if (sentence := folded(part))]


@functools.cache
def _alone() -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in _ALONE)


def _plainly(line: str) -> str:
    once = _COURTESY.sub("", line).strip(" ,.!")
    return _COURTESY.sub("", once).strip(" ,.!")
