"""Whatever is wrong is named, with what to do next and the right exit code; no tracebacks."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders_programme import programme


@pytest.mark.parametrize(
    ("variable", "value", "code", "said"),
    [
        ("AIRTABLE_API_KEY", "patWRONG.1111", 2, "AIRTABLE_API_KEY"),
        ("AIRTABLE_BASE_IDS", "appMISSING0000001", 2, "AIRTABLE_BASE_IDS"),
        ("AIRTABLE_URL", "http://127.0.0.1:1", 3, "AIRTABLE_URL"),
        ("AIRTABLE_REQUESTS_PER_SECOND", "fast", 2, "AIRTABLE_REQUESTS_PER_SECOND"),
        ("SECRET_KEY", "short", 2, "SECRET_KEY"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", 3, "DATABASE_URL"),
        ("MAIL_POSTAL_ADDRESS", "", 1, "MAIL_POSTAL_ADDRESS"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, monkeypatch, variable, value, code, said):
    with programme(tmp_path, monkeypatch, creators=1) as glow:
        monkeypatch.setenv(variable, value)

        answered = glow.cli("plan", "outreach")

        told = answered.stderr + answered.stdout
        assert (answered.returncode, said in told, "Traceback" in told) == (code, True, False), told


def test_an_unreachable_mail_server_is_said_and_tried_again_later(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=2) as glow:
        reachable = glow.sandbox.environment()["SMTP_URL"]
        monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")

        looked, ran = glow.cli("doctor"), glow.cli("run", "outreach")
        monkeypatch.setenv("SMTP_URL", reachable)
        glow.outreach(as_of=datetime.now(UTC) + timedelta(minutes=6))  # noqa: TID251

        assert (looked.returncode, ran.returncode) == (1, 3)
        assert "SMTP_URL" in looked.stdout
        assert "SMTP_URL" in ran.stderr
        assert sorted(glow.mails_per_step().values()) == [1, 1]


def test_a_deleted_view_holds_its_job(tmp_path, monkeypatch):
    with programme(tmp_path, monkeypatch, creators=2) as glow:
        store = glow.sandbox.store
        store.add_view(glow.base_id, "Creators", "Outreach queue", "{Sequence}&''!=''")
        glow.cli("doctor")
        glow.remove_view("Creators", "Outreach queue")

        answered = glow.cli("run", "outreach")

        assert "Outreach queue" in answered.stderr + answered.stdout
        assert answered.returncode in {1, 2}
        assert glow.mails() == []
