"""What the world is told about a sending domain: SPF, DKIM and DMARC, looked up in DNS.

Mailbox providers refuse bulk mail without them (Gmail and Yahoo since 2024, Microsoft since 2025).
DKIM keys stand under selectors of the provider's choosing: only the usual ones can be guessed.
"""

from collections.abc import Callable, Iterator, Sequence

import dns.exception
import dns.resolver

from worker.doctor import Finding

SELECTORS = ("google", "selector1", "selector2", "default", "k1", "s1", "mail", "dkim")
RESERVED = (
    ".example",
    ".test",
    ".invalid",
    ".localhost",
    "example.com",
    "example.net",
    "localhost",
)
TIMEOUT_S = 3.0

Lookup = Callable[[str], "Sequence[str] | None"]


def txt_records(name: str) -> Sequence[str] | None:
    """The TXT records of a name, () if it has none; None if nobody could be asked."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=TIMEOUT_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.exception.DNSException:
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def check_domain(domain: str, lookup: Lookup = txt_records) -> Iterator[Finding]:
    """A finding for each of SPF, DMARC and DKIM; one that says so where nobody could be asked."""
    if domain.endswith(RESERVED):
        return
    own = lookup(domain)
    if own is None:
        what = f"SPF, DKIM and DMARC of {domain} could not be looked up from here"
        yield Finding(ok=True, what=what)
        return
    yield _record(
        f"SPF of {domain}",
        [one for one in own if one.lower().startswith("v=spf1")],
        f"Publish a TXT record at {domain} as your mail provider says, beginning with v=spf1.",
    )
    policy = lookup(f"_dmarc.{domain}") or ()
    yield _record(
        f"DMARC of {domain}",
        [one for one in policy if one.lower().startswith("v=dmarc1")],
        f"Publish a TXT record at _dmarc.{domain}: v=DMARC1; p=none is enough to begin with.",
    )
    keys = (lookup(f"{selector}._domainkey.{domain}") or () for selector in SELECTORS)
    if any("p=" in one for found in keys for one in found):
        yield Finding(ok=True, what=f"DKIM of {domain} is published")
    else:
        # Other selectors cannot be guessed: this is a reminder, not an error.
        yield Finding(
            ok=True,
            what=f"DKIM of {domain}: no key under the usual selectors; see in your mail provider's "
            "settings that messages are signed",
        )


def _record(what: str, found: Sequence[str], step: str) -> Finding:
    if len(found) > 1:
        return Finding(ok=False, what=f"{what}: there are {len(found)}", next_step="Keep one.")
    if not found:
        return Finding(ok=False, what=f"{what} is missing", next_step=step)
    return Finding(ok=True, what=f"{what} is published")
