"""Two brands in one deployment: each with its own base, mailbox, channels and troubles."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import discord
from sandbox.airtable.api import TOKEN
from sandbox.letters import Letter
from sandbox.people import invented
from sandbox.seed import OPENED, add_creators, fill
from sandbox.world import Fault
from schemas.tables import creators, outreach
from tests.builders_programme import Programme, programme
from worker.errors import Misconfigured
from worker.jobs import JOBS
from worker.ledger import brakes, mailbox
from worker.ledger.history import Outcome
from worker.reading import Reading
from worker.running import run_once
from worker.settings import load_settings
from worker.wiring import build

ZEN = "appZEN00000000001"
MAI = "mai@zen.example.org"


@dataclass(frozen=True, slots=True)
class Brands:
    """The deployment of glow and zen."""

    glow: Programme
    zen: Programme

    def work(self, name: str) -> Mapping[str, Outcome | None]:
        """One pass over a brand's base; how each job ended."""
        worker = build(load_settings(), name)
        try:
            reading = Reading(worker)
            return {job: run_once(worker, JOBS[job], reading).outcome for job in JOBS}
        finally:
            worker.close()

    def senders(self) -> dict[str, set[str]]:
        """Who was mailed, by the address it came from."""
        found: dict[str, set[str]] = {}
        for mail in self.glow.mails():
            found.setdefault(mail["envelope"]["from"], set()).add(mail["to"])
        return found


@pytest.fixture
def brands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Brands]:
    with programme(tmp_path, monkeypatch, creators=2) as glow:
        sandbox = glow.sandbox
        sandbox.store.add_base(ZEN, "zen")
        fill(sandbox.store, ZEN, OPENED | {"Brand": "Zen"})
        add_creators(sandbox.store, ZEN, invented(3, seed=11), dice=11)
        own = {
            "AIRTABLE_BASE_IDS": f"glow={glow.base_id},zen={ZEN}",
            "SMTP_URL__ZEN": sandbox.mail.smtp_url(MAI),
            "IMAP_URL__ZEN": sandbox.mail.imap_url(MAI),
            "MAIL_FROM__ZEN": f"Mai Pham <{MAI}>",
            "MAIL_POSTAL_ADDRESS__ZEN": "Zen, 5 Harbour Road, Lisbon",
            "DISCORD_WEBHOOK_STAFF__ZEN": discord.webhook_url(sandbox.url, "community"),
            "DISCORD_WEBHOOK_ALERTS__ZEN": discord.webhook_url(sandbox.url, "community"),
            "DISCORD_WEBHOOK_COMMUNITY__ZEN": "",
        }
        for name, value in own.items():
            monkeypatch.setenv(name, value)
        yield Brands(glow, Programme(sandbox, ZEN))


def addresses(running: Programme) -> set[str]:
    return {str(row["Email"]) for row in running.rows(creators.TABLE)}


def test_each_brand_mails_from_its_own_mailbox_and_speaks_in_its_own_channels(brands):
    for name in ("glow", "zen"):
        brands.work(name)

    jane = load_settings().mail_from.partition("<")[2].strip(">")
    assert brands.senders() == {jane: addresses(brands.glow), MAI: addresses(brands.zen)}
    to_zen = [mail["text"] for mail in brands.glow.mails() if mail["to"] in addresses(brands.zen)]
    assert all("5 Harbour Road" in text and "Zen" in text for text in to_zen)
    shown = {row["Mailbox"] for row in brands.zen.rows(outreach.MESSAGES)}
    assert shown == {"zen/default"}
    posts = {post["channel"] for post in brands.glow.sandbox.world.discord}
    assert posts == {"staff", "community"}


@pytest.mark.parametrize("trouble", ["key", "billing", "paused", "view", "mail"])
def test_what_befalls_one_brand_leaves_the_other_at_work(brands, monkeypatch, trouble):
    world, store = brands.glow.sandbox.world, brands.glow.sandbox.store
    match trouble:
        case "key":
            monkeypatch.setenv("AIRTABLE_API_KEY__ZEN", "patWRONG.1111")
        case "billing":
            world.faults.add(Fault(f"/v0/{ZEN}", "billing_limit", times=10_000))
            monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS__ZEN", "70000")
        case "paused":
            assert brands.glow.cli("pause", "--base", "zen").returncode == 0
        case "view":
            store.add_view(ZEN, "Creators", "Outreach queue", "{Sequence}&''!=''")
            assert brands.glow.cli("doctor", "--base", "zen").returncode == 0
            brands.zen.remove_view("Creators", "Outreach queue")
        case "mail":
            monkeypatch.setenv("SMTP_URL__ZEN", "smtp://127.0.0.1:1")

    with pytest.raises(Misconfigured) if trouble == "key" else nullcontext():
        brands.work("zen")
    outcomes = brands.work("glow")

    assert {mail["to"] for mail in brands.glow.mails()} == addresses(brands.glow)
    assert set(outcomes.values()) == {Outcome.DONE}


def test_the_command_line_goes_on_with_the_other_brand(brands, monkeypatch):
    monkeypatch.setenv("AIRTABLE_API_KEY__GLOW", "patWRONG.1111")

    done = brands.glow.cli("run", "outreach")

    assert done.returncode == 2
    assert "glow" in done.stderr
    assert "AIRTABLE_API_KEY" in done.stderr
    assert {mail["to"] for mail in brands.glow.mails()} == addresses(brands.zen)
    only = brands.glow.cli("status", "--base", "zen", "--json")
    assert '"base": "zen"' in only.stdout
    assert '"base": "glow"' not in only.stdout


def test_a_channel_that_refuses_one_brand_is_not_paused_for_the_other(brands):
    faulty = Fault("POST /discord/", "404", times=1)
    brands.glow.sandbox.world.faults.add(faulty)
    brands.work("zen")
    brands.work("glow")

    with brands.glow.worker() as worker:
        scopes = [scope for scope, _, _ in brakes.pauses(worker.ledger)]
    assert scopes == [f"channel:{ZEN}:staff"]
    assert {post["channel"] for post in brands.glow.sandbox.world.discord} == {"staff"}


def reply(brands: Brands, who: str, text: str, box: str = "", to: str = MAI) -> None:
    brands.glow.sandbox.mail.write(Letter(who, to, "Hello", text, {}), mailbox=box)


def test_an_opt_out_at_one_brand_binds_the_other(brands):
    who = brands.glow.rows(creators.TABLE)[0]["Email"]
    zens = brands.zen.rows(creators.TABLE)[0]["id"]
    brands.zen.edit(creators.TABLE, zens, {creators.EMAIL: who})
    reply(brands, str(who), "STOP", box=MAI)

    brands.work("zen")
    brands.work("glow")

    mailed = {mail["to"] for mail in brands.glow.mails()}
    assert who not in mailed
    assert len(mailed) == 3


def test_a_reply_counts_for_the_brand_whose_mailbox_it_reached(brands):
    who = brands.glow.rows(creators.TABLE)[0]["Email"]
    zens = brands.zen.rows(creators.TABLE)[0]["id"]
    brands.zen.edit(creators.TABLE, zens, {creators.EMAIL: who})
    for name in ("glow", "zen"):
        brands.work(name)
    reply(brands, str(who), "Tell me more, please.", box=MAI)
    for name in ("glow", "zen"):
        brands.work(name)

    answered = [row["Email"] for row in brands.zen.rows(creators.TABLE) if row.get("Last reply")]
    assert answered == [who]
    assert not [row for row in brands.glow.rows(creators.TABLE) if row.get("Last reply")]


def test_a_shared_mailbox_is_read_once_and_its_replies_find_their_brand(brands, monkeypatch):
    for name in ("SMTP_URL__ZEN", "MAIL_FROM__ZEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("IMAP_URL__ZEN", load_settings().imap_url.get_secret_value())
    who = brands.glow.rows(creators.TABLE)[0]["Email"]
    zens = brands.zen.rows(creators.TABLE)[0]["id"]
    for name in ("glow", "zen"):
        brands.work(name)
    brands.zen.edit(creators.TABLE, zens, {creators.EMAIL: "rosa@example.org"})
    brands.work("zen")
    reply(brands, "rosa@example.org", "I would love to.", to="jane@glow.example.com")
    reply(brands, str(who), "Me too.", to="jane@glow.example.com")
    read = brands.work("glow"), brands.work("zen")

    assert all(set(outcomes.values()) == {Outcome.DONE} for outcomes in read)
    assert [r["Last reply"] for r in brands.glow.rows(creators.TABLE) if r.get("Last reply")] == [
        "Me too."
    ]
    assert [r["Last reply"] for r in brands.zen.rows(creators.TABLE) if r.get("Last reply")] == [
        "I would love to."
    ]
    with brands.glow.worker() as worker:
        assert mailbox.cursor(worker.ledger, "default", "INBOX") is not None
        assert {inbox.name for inbox in worker.inboxes.values()} == {"default"}


def test_a_brands_own_budget_limits_and_key_are_its_own(brands, monkeypatch):
    monkeypatch.setenv("AIRTABLE_REQUESTS_PER_SECOND__ZEN", "2")
    monkeypatch.setenv("AIRTABLE_MONTHLY_CALLS__ZEN", "1000")
    monkeypatch.setenv("AIRTABLE_API_KEY__ZEN", TOKEN)
    monkeypatch.delenv("AIRTABLE_API_KEY")
    monkeypatch.setenv("AIRTABLE_API_KEY__GLOW", TOKEN)

    worker = build(load_settings(), "zen")
    worker.close()

    assert worker.share.allowance == 1000
    assert worker.share.bases == (ZEN,)
    assert set(brands.work("glow").values()) == {Outcome.DONE}
