"""What is erased of a creator who is forgotten, on SQLite and PostgreSQL: all that names them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Table, Text, insert, select, text

from automations.pricing.basis import Basis
from schemas.hashes import stand_in
from schemas.payout_rules import Measure
from tests.builders_ledger import BASE, REAL, an_enrolment
from tests.builders_orders import GLOW_US, an_order, write_orders
from tests.builders_web import an_app
from worker.imports.orders import import_orders
from worker.ledger import consent, forgetting, mailbox, payout_facts, people
from worker.ledger.dossier import dossier
from worker.ledger.engine import Ledger
from worker.ledger.mailbox import Received
from worker.ledger.metadata import METADATA, UtcDateTime
from worker.ledger.tables import DELIVERIES, INBOUND
from worker.ledger.tables_money import ORDER_LINES
from worker.ledger.tables_screen import MIRROR_ROWS
from worker.unsubscribe import unsubscribe_url

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NAME, HANDLE, EMAIL = "Anneliese Köhler", "ana.makes", "ana@example.com"
KNOWN_ALREADY = {"creator_identities", "creators", "creator_cohorts", "mirror_rows"}
ORDERS = (ORDER_LINES,)  # they hold ids, and the handle
NEEDLES = (NAME, HANDLE, EMAIL)
SAID = f"{NAME} (@{HANDLE}) of {EMAIL} wrote"
STARTED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BASIS = Basis(Measure.SETTLED, "USD", timedelta())


def filled(ledger: Ledger) -> None:
    """Ana and Ben are known, and a text in every text cell of every table names Ana."""
    an_enrolment(ledger, "ana")
    an_enrolment(ledger, "ben")
    with ledger.writing() as connection:
        cells = {"Name": NAME, "Handle": f"https://www.tiktok.com/@{HANDLE}", "Email": EMAIL}
        connection.execute(
            insert(MIRROR_ROWS).values(
                base=BASE, table_name="Creators", record_id="recana", created_at=REAL, cells=cells
            )
        )
        for table in METADATA.sorted_tables:
            if table.name not in KNOWN_ALREADY:
                connection.execute(insert(table).values(**a_row_naming_ana(table)))


def a_row_naming_ana(table: Table) -> dict[str, Any]:
    known = {"base": BASE, "creator": "ana", "record_id": "recana", "creator_handle": HANDLE}
    found: dict[str, Any] = {}
    for column in table.c:
        if column.name in known:
            found[column.name] = known[column.name]
        elif isinstance(column.type, JSON):
            found[column.name] = {"said": [SAID], "sequence": "recruit", "legal_basis": "Consent"}
        elif isinstance(column.type, UtcDateTime):
            found[column.name] = REAL
        elif isinstance(column.type, Text):
            said = "an id" if table in ORDERS else SAID
            found[column.name] = f"key of {table.name}" if column.primary_key else said
        else:
            found[column.name] = 1
    return found


def everything(ledger: Ledger) -> str:
    with ledger.reading() as connection:
        return json.dumps(
            [
                [str(value) for value in row]
                for table in METADATA.sorted_tables
                for row in connection.execute(select(table))
            ],
            ensure_ascii=False,
        )


def forgotten(ledger: Ledger, creator: str = "ana") -> bool:
    about = forgetting.held(ledger, BASE, creator)
    return forgetting.forget(ledger, about, by="Linh Tran", at=NOW)


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    filled(ledger)
    return ledger


def test_no_text_of_any_table_names_a_forgotten_creator(full):
    assert all(needle in everything(full) for needle in NEEDLES)

    forgotten(full)

    assert [needle for needle in NEEDLES if needle in everything(full)] == []
    assert "ben.makes" in everything(full)


def test_no_octet_of_the_file_names_a_forgotten_creator(full, ledger_url, tmp_path):
    def files() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.glob("ledger.db*"))

    whole = forgotten(full)

    assert whole
    if full.is_sqlite:
        assert b"ben.makes" in files()
        assert [needle for needle in NEEDLES if needle.encode() in files()] == []


def test_a_file_that_others_use_is_told_of_and_rewritten_the_next_time(full):
    if not full.is_sqlite:
        return
    reader = full.engine.execution_options(reading=True).connect()
    reader.execute(text("SELECT 1 FROM creators")).all()

    assert not forgotten(full)
    reader.close()

    assert forgotten(full)


def test_who_was_forgotten_is_found_by_what_they_were_called_and_stays_barred(full):
    forgotten(full)

    for key in (EMAIL, f"@{HANDLE}", "ana", "recana", people.hash_of(EMAIL)):
        assert forgetting.find(full, BASE, key) == ("ana",)
    about = forgetting.held(full, BASE, "ana")
    assert about.is_forgotten
    assert {fact["reason"] for fact in dossier(full, about).suppressions} == {"forgotten"}
    assert "ana" in consent.suppressed_creators(full, BASE, separate=True)


def test_states_keys_and_the_legal_basis_are_kept(full):
    forgotten(full)

    with full.reading() as connection:
        touch = connection.execute(select(DELIVERIES)).one()
    assert touch.payload == {"sequence": "recruit", "legal_basis": "Consent"}
    assert (touch.key, touch.creator) == ("key of deliveries", "ana")


def test_forgetting_again_changes_nothing(full):
    forgotten(full)
    before = everything(full)

    forgotten(full)

    assert everything(full) == before


def test_an_old_unsubscribe_link_of_a_forgotten_creator_still_answers(full, ledger_url):
    if not full.is_sqlite:
        return
    keys = ["a-secret-of-enough-length"]
    link = unsubscribe_url("https://ops.example.com", keys, BASE, "ana").removeprefix(
        "https://ops.example.com"
    )
    forgotten(full)
    rotated = an_app(ledger_url, secret_key=f"a-newer-secret-of-length,{keys[0]}").test_client()

    for _ in range(2):
        assert rotated.get(link).status_code == 200
        assert rotated.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200

    assert "ana" in consent.suppressed_creators(full, BASE)


def owed(ledger: Ledger) -> list[tuple[str, int]]:
    with ledger.reading() as connection:
        found = payout_facts.sums(connection, BASE, {BASIS: None}, ((GLOW_US,), "2026-10"))
    return [(one.creator, one.minor) for one in found[BASIS]]


def test_what_is_owed_stays_owed_also_when_the_orders_are_imported_again(ledger, tmp_path: Path):
    an_enrolment(ledger, "ana")
    orders = [an_order(1, Creator_Username=HANDLE), an_order(2, Creator_Username="somebody.else")]
    path = write_orders(tmp_path / "orders.csv", orders)
    import_orders(path, GLOW_US, ledger, STARTED, base=BASE)
    before = owed(ledger)

    forgotten(ledger)
    after = owed(ledger)
    import_orders(path, GLOW_US, ledger, NOW, base=BASE)

    assert before == after == owed(ledger) == [("ana", 2500)]
    assert HANDLE not in everything(ledger)
    assert stand_in("handle", HANDLE) in everything(ledger)


def test_a_mail_of_theirs_read_again_is_not_taken_in_again(ledger):
    an_enrolment(ledger, "ana")
    mail = Received(
        key="jane:INBOX:1:1", message_id="<1@example.com>", base=BASE, creator="ana",
        record_id="recana", delivery="", kind="human", text=SAID, at=REAL,
    )  # fmt: skip
    with ledger.writing() as connection:
        assert mailbox.record_received(connection, mail)
    forgotten(ledger)

    with ledger.writing() as connection:
        renumbered = Received(**{**{n: getattr(mail, n) for n in Received.__slots__}, "key": "2"})
        assert not mailbox.record_received(connection, renumbered)
        assert [row.text for row in connection.execute(select(INBOUND))] == [""]


def test_a_handle_that_is_a_word_stays_in_what_others_were_told(ledger):
    typed = {"Name": "May", "Handle": "@makeup", "Email": "may@example.com"}
    told = "We love makeup, and May is our month. @makeup agrees (may@example.com)."
    with ledger.writing() as connection:
        for kind, value in (("record", "recMay"), ("handle", "makeup"), ("email", typed["Email"])):
            row = {"base": BASE, "kind": kind, "value": value, "creator": "may", "since": REAL}
            connection.execute(insert(METADATA.tables["creator_identities"]).values(**row))
        connection.execute(
            insert(MIRROR_ROWS).values(
                base=BASE, table_name="Creators", record_id="recMay", created_at=REAL, cells=typed
            )
        )
        notice = a_row_naming_ana(DELIVERIES) | {"creator": "ben", "payload": {"text": told}}
        connection.execute(insert(DELIVERIES).values(**notice))

    forgotten(ledger, "may")

    with ledger.reading() as connection:
        [payload] = connection.execute(select(DELIVERIES.c.payload)).scalars()
    assert payload["text"] == (
        "We love makeup, and May is our month. (forgotten) agrees ((forgotten))."
    )
