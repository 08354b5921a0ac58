"""Settings of the deployment, of a brand and of a mailbox: whose is whose, and what is nobody's."""

from pathlib import Path

import pytest

from worker.brands import every_box, inboxes_of, mailbox_names, readers_of
from worker.errors import Misconfigured
from worker.settings import Settings, load_settings, of_brand

GIVEN = {
    "AIRTABLE_API_KEY": "patGLOW.1111",
    "AIRTABLE_BASE_IDS": "glow=appGLOW0000000001,zen-uk=appZEN00000000001",
    "SECRET_KEY": "a-secret-of-enough-length",
    "SMTP_URL": "smtp://mail.example.com",
    "IMAP_URL": "imap://mail.example.com",
    "MAIL_FROM": "Jane <jane@glow.example.com>",
}


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but what a test sets, and a folder without .env."""
    monkeypatch.chdir(tmp_path)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)


def loaded(monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SMTP_URL__JNAE", "smtp://x", "no brand or mailbox called jnae. Brands are glow, zen-uk"),
        ("MAIL_POSTAL_ADDRESS__GOLW", "Main Street", "no brand or mailbox called golw"),
        ("MAIL_POSTAL_ADDRESS__JANE", "Main Street", "jane is a mailbox"),
        ("TICK_SECONDS__GLOW", "60", "TICK_SECONDS is the same for all brands"),
        ("AIRTABLE_REQUESTS_PER_SECOND__GLOW", "fast", "AIRTABLE_REQUESTS_PER_SECOND__GLOW: "),
        ("IMAP_URL__JANE_FILE", "/nowhere/at/all", "IMAP_URL__JANE_FILE: cannot read"),
        ("AIRTABLE_BASE_IDS", "glow=appA,zen=appA", "AIRTABLE_BASE_IDS: "),
        ("AIRTABLE_BASE_IDS", "glow=appA,glow=appB", "AIRTABLE_BASE_IDS: "),
        ("AIRTABLE_BASE_IDS", "zen-uk=appA,zen_uk=appB", "AIRTABLE_BASE_IDS: "),
    ],
)
def test_a_setting_that_is_nobodys_is_named_at_start(monkeypatch, variable, value, said):
    monkeypatch.setenv("MAILBOXES", "jane,sam")
    monkeypatch.setenv(variable, value)

    with pytest.raises(Misconfigured) as refused:
        load_settings()

    assert said in str(refused.value)


def test_a_brand_has_its_own_where_it_says_so(tmp_path, monkeypatch):
    secret = tmp_path / "key"
    secret.write_text("patZEN.2222\n")
    settings = loaded(
        monkeypatch,
        AIRTABLE_API_KEY__ZEN_UK_FILE=str(secret),
        MAILBOXES__ZEN_UK="mai,linh",
        AIRTABLE_REQUESTS_PER_SECOND__ZEN_UK="2.5",
        OTHER__THING="is not ours",
    )

    zen, glow = of_brand(settings, "zen-uk"), of_brand(settings, "glow")
    assert zen.airtable_api_key.get_secret_value() == "patZEN.2222"
    assert (zen.mailboxes, zen.airtable_requests_per_second) == (("mai", "linh"), 2.5)
    assert zen.secret_key == settings.secret_key
    assert glow == settings


def test_a_brand_without_any_key_is_named(monkeypatch):
    monkeypatch.delenv("AIRTABLE_API_KEY")
    monkeypatch.setenv("AIRTABLE_API_KEY__GLOW", "patGLOW.1111")

    with pytest.raises(Misconfigured, match="AIRTABLE_API_KEY__ZEN_UK: is not set"):
        load_settings()


def test_the_environment_is_heard_before_the_dotenv(tmp_path, monkeypatch):
    lines = ["export MAIL_FROM__ZEN_UK='Mai <mai@zen.example.org>'  # hers", "LOG_FORMAT=json"]
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.setenv("LOG_FORMAT", "console")

    settings = load_settings()

    assert settings.log_format == "console"
    assert of_brand(settings, "zen-uk").mail_from == "Mai <mai@zen.example.org>"


def test_a_mailbox_is_shared_until_a_brand_makes_it_its_own(monkeypatch):
    settings = loaded(monkeypatch, MAILBOXES="jane,sam", SMTP_URL__SAM="smtp://sam.example.com")
    assert mailbox_names(settings) == ("jane", "sam")

    settings = loaded(monkeypatch, MAIL_FROM__ZEN_UK="Mai <mai@zen.example.org>")
    assert mailbox_names(settings) == ("jane", "sam", "zen-uk/jane", "zen-uk/sam")

    boxes = {box.name: box for box in every_box(settings)}
    assert boxes["zen-uk/sam"].smtp_url == "smtp://sam.example.com"
    assert boxes["zen-uk/sam"].sender == "Mai <mai@zen.example.org>"
    assert set(inboxes_of(every_box(settings)).values()) == {"jane"}


def test_an_inbox_answers_for_the_brands_that_read_it_and_no_other(monkeypatch):
    settings = loaded(
        monkeypatch,
        MAILBOXES__GLOW="jane,team",
        MAILBOXES__ZEN_UK="mai,team",
        IMAP_URL__JANE="imap://jane.example.com",
        IMAP_URL__MAI="imap://mai.example.com",
    )

    found = readers_of(every_box(settings), settings.airtable_base_ids)

    glow, zen = settings.airtable_base_ids.values()
    assert found == {"jane": (glow,), "mai": (zen,), "team": (glow, zen)}
