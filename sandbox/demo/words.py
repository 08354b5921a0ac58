"""What creators write back, in the six languages of the cast."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """A language's answers: interested, asking, declining; how it stops, is away, and quotes."""

    yes: tuple[str, ...]
    question: tuple[str, ...]
    no: tuple[str, ...]
    stop: tuple[str, ...]
    away_subject: str
    away: str
    wrote: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        yes=(
            "Hi! I'd love to try it. Where do I sign up?",
            "Sounds great, count me in. Can you send the sample to my PO box?",
            "Yes please! My audience asks about this all the time.",
        ),
        question=(
            "Thanks for reaching out. What commission do you offer?",
            "Do I have to post within a certain time?",
        ),
        no=("Thank you, but I'm fully booked this season.",),
        stop=("STOP", "Unsubscribe", "Please remove me"),
        away_subject="Out of office",
        away="I am away from my desk and will answer when I am back.",
        wrote="On {day}, Jane Rivera wrote:",
    ),
    "es": Phrases(
        yes=(
            "¡Hola! Me encanta la idea, ¿qué tengo que hacer?",
            "Sí, me interesa mucho. ¿Me mandan la muestra esta semana?",
        ),
        question=("Gracias por escribir. ¿Qué comisión ofrecen?", "¿Cuántos videos serían?"),
        no=("Muchas gracias, pero ahora mismo no tengo tiempo.",),
        stop=("BAJA", "Darme de baja", "No me escriban más"),
        away_subject="Respuesta automática",
        away="Estoy de viaje y responderé a la vuelta.",
        wrote="El {day}, Jane Rivera escribió:",
    ),
    "pt": Phrases(
        yes=(
            "Oi! Adorei, quero participar. Como funciona?",
            "Tenho interesse sim! Podem enviar a amostra?",
        ),
        question=("Obrigada pelo contato. Qual é a comissão?", "Preciso fazer quantos vídeos?"),
        no=("Agradeço muito, mas este mês não consigo.",),
        stop=("SAIR", "Me descadastre", "Não quero receber mais"),
        away_subject="Resposta automática",
        away="Estou fora e respondo assim que voltar.",
        wrote="Em {day}, Jane Rivera escreveu:",
    ),
    "de": Phrases(
        yes=(
            "Hallo, das klingt spannend, ich bin dabei!",
            "Gerne! An welche Adresse soll ich mich wenden?",
        ),
        question=("Danke für die Nachricht. Wie hoch ist die Provision?",),
        no=("Vielen Dank, aber das passt leider nicht zu meinem Kanal.",),
        stop=("STOPP", "Bitte abmelden", "Keine Mails mehr"),
        away_subject="Automatische Antwort",
        away="Ich bin bis auf Weiteres nicht im Büro.",
        wrote="Am {day} schrieb Jane Rivera:",
    ),
    "id": Phrases(
        yes=(
            "Halo kak, saya tertarik! Bagaimana caranya?",
            "Boleh kak, kirim sampelnya ke alamat saya ya.",
        ),
        question=("Terima kasih. Komisinya berapa persen ya?",),
        no=("Maaf kak, bulan ini jadwal saya penuh.",),
        stop=("STOP", "Berhenti", "Berhenti berlangganan"),
        away_subject="Balasan otomatis",
        away="Saya sedang cuti dan akan membalas setelah kembali.",
        wrote="Pada {day}, Jane Rivera menulis:",
    ),
    "vi": Phrases(
        yes=(
            "Chào bạn, mình rất quan tâm! Mình cần làm gì tiếp theo?",
            "Được ạ, bạn gửi mẫu cho mình nhé.",
        ),
        question=("Cảm ơn bạn. Hoa hồng là bao nhiêu phần trăm?",),
        no=("Cảm ơn bạn nhưng tháng này mình bận quá.",),
        stop=("DỪNG", "Hủy", "Hủy đăng ký"),
        away_subject="Trả lời tự động",
        away="Mình đang nghỉ phép và sẽ trả lời sau.",
        wrote="Vào {day}, Jane Rivera đã viết:",
    ),
}


def phrases_of(language: str) -> Phrases:
    """The phrases of a language tag; English where the cast has no such language."""
    return PHRASES.get(language.partition("-")[0], PHRASES["en"])
