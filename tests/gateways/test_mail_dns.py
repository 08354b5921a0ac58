"""Reminders about the sending domain: SPF, DKIM and DMARC."""

from collections.abc import Mapping, Sequence

import pytest

from worker.mail_dns import check_domain

SPF, DMARC, DKIM = "v=spf1 include:_spf.google.com ~all", "v=DMARC1; p=none", "v=DKIM1; p=MIGf"
WHOLE = {
    "glow.com": ["other=1", SPF],
    "_dmarc.glow.com": [DMARC],
    "google._domainkey.glow.com": [DKIM],
}


def findings(records: Mapping[str, Sequence[str]]) -> list[tuple[bool, str]]:
    return [(one.ok, one.what) for one in check_domain("glow.com", lambda n: records.get(n, ()))]


def test_a_domain_that_is_set_up_is_well():
    assert findings(WHOLE) == [
        (True, "SPF of glow.com is published"),
        (True, "DMARC of glow.com is published"),
        (True, "DKIM of glow.com is published"),
    ]


@pytest.mark.parametrize(
    ("lacking", "what"),
    [
        ("glow.com", "SPF of glow.com is missing"),
        ("_dmarc.glow.com", "DMARC of glow.com is missing"),
    ],
)
def test_a_missing_record_is_told_with_what_to_do(lacking, what):
    records = {name: said for name, said in WHOLE.items() if name != lacking}

    [wrong] = [one for one in check_domain("glow.com", lambda n: records.get(n, ())) if not one.ok]

    assert wrong.what == what
    assert wrong.next_step.startswith("Publish a TXT record at")


def test_two_spf_records_are_none():
    assert (False, "SPF of glow.com: there are 2") in findings({**WHOLE, "glow.com": [SPF, SPF]})


def test_a_key_under_an_unusual_selector_is_only_a_reminder():
    records = {name: said for name, said in WHOLE.items() if "_domainkey" not in name}

    ok, what = findings(records)[-1]

    assert ok
    assert "no key under the usual selectors" in what


def test_where_nobody_can_be_asked_doctor_says_so_and_goes_on():
    [only] = check_domain("glow.com", lambda _name: None)

    assert only.ok
    assert "could not be looked up" in only.what


def test_an_invented_domain_is_not_looked_up():
    def never(_name: str) -> Sequence[str]:
        raise AssertionError

    assert list(check_domain("glow.example", never)) == []
