"""What a touch asks of the claim: its columns, and everything that must not forbid it."""

from collections.abc import Mapping

from automations.plan import SendTouch
from worker.ledger import brakes, people
from worker.ledger.claims import Room, Wanted


def wanted_touch(
    touch: SendTouch, base: str, room: Room, *, separate_senders: bool = False
) -> Wanted:
    """The claim of one touch, which draws on `room`."""
    return Wanted(
        key=touch.key,
        base=base,
        kind="touch",
        because=touch.because,
        payload={
            "subject": touch.message.subject,
            "text": touch.message.text,
            "sequence": touch.sequence,
            "standing": touch.standing,
            "legal_basis": touch.basis,
            "source": touch.source,
            **(_for_a_teammate(touch) if touch.by_hand else {}),
        },
        by_hand=touch.by_hand,
        scopes=(
            brakes.EVERYTHING,
            brakes.base_scope(base),
            brakes.mailbox_scope(touch.mailbox),
        ),
        hashes=(people.hash_of(touch.address),) if touch.address else (),
        separate_senders=separate_senders,
        room=room,
        facts={
            "creator": touch.creator,
            "record_id": touch.record_id,
            "enrolment": touch.enrolment,
            "address_hash": people.hash_of(touch.address or touch.creator),
            "sequence": touch.sequence,
            "round": touch.round,
            "step": touch.step,
            **_words_of(touch),
        },
    )


def _for_a_teammate(touch: SendTouch) -> Mapping[str, str]:
    """What the task of a touch sent by hand says beside its text."""
    return {"shown_as": touch.name or touch.address, "link": touch.link}


def _words_of(touch: SendTouch) -> Mapping[str, str]:
    """What results are told apart by, and the subject that follow-ups continue."""
    said = touch.message
    return {
        "subject": said.subject, "template": said.template, "template_version": said.version,
        "variant": said.variant, "language": said.language, "teammate": touch.teammate,
    }  # fmt: skip
