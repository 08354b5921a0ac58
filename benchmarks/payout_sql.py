"""What a programme owes in the end, worked out in plain SQL: written apart from the product.

Amounts are cents. Each kind of rule is one SELECT giving creator, window and cents; the answer is
by creator, rule, version and window (a one-off has no window).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from benchmarks.payout_programmes import CREATORS, SHOPS, Programme

DEFAULT_HOLD_BACK = 14

Totals = Mapping[tuple[str, str, int, str], int]
_ZONES = {shop.currency: shop for shop in SHOPS}
_SCHEMA = """
CREATE TABLE sale (creator, currency, product, status, returned, paid, base, day, made, settled);
CREATE TABLE clip (number, creator, day, removed, views, campaign, disclosed);
CREATE TABLE owed (creator, rule, version, window, cents);
CREATE TABLE level (threshold, amount);
"""
# What counts for a rule, and in which window: whole months or the campaign.
_SALES = """
WITH counted AS (
  SELECT creator, CASE WHEN :window = '' THEN substr(day, 1, 7) ELSE :window END AS window, day,
         CASE WHEN :gross THEN paid ELSE base END AS cents
  FROM sale
  WHERE creator IN (SELECT value FROM json_each(:creators)) AND currency = :currency
    AND NOT returned AND paid > 0 AND day < :after
    AND CASE WHEN :gross THEN status IN ('Pending', 'Settled') AND made < :due
             ELSE status = 'Settled' AND settled < :due END
    AND (:window = '' OR day BETWEEN :starts AND :ends) AND :product IN ('', product)
    AND CASE WHEN NOT :by_window THEN day BETWEEN :since AND :until
             WHEN :window = '' THEN substr(day, 1, 7) || '-01' BETWEEN :since AND :until
             ELSE :starts BETWEEN :since AND :until END
), total AS (SELECT creator, window, sum(cents) AS cents FROM counted GROUP BY creator, window)
"""
_CLIPS = """
WITH counted AS (
  SELECT *, CASE WHEN :window = '' THEN substr(day, 1, 7) ELSE :window END AS window,
         row_number() OVER (
           PARTITION BY creator, CASE WHEN :window = '' THEN substr(day, 1, 7) ELSE '' END
           ORDER BY day, number
         ) AS place
  FROM clip
  WHERE creator IN (SELECT value FROM json_each(:creators)) AND (disclosed OR NOT :disclosed)
    AND start_of(day, :currency) + :days_live * 86400 < :cut_off
    AND (removed IS NULL OR start_of(removed, :currency) - start_of(day, :currency)
                            >= :days_live * 86400)
    AND (:window = '' OR (campaign = :campaign AND day BETWEEN :starts AND :ends))
    AND CASE WHEN NOT :by_window THEN day BETWEEN :since AND :until
             WHEN :window = '' THEN substr(day, 1, 7) || '-01' BETWEEN :since AND :until
             ELSE :starts BETWEEN :since AND :until END
)
"""
_BY_KIND: Mapping[str, tuple[str, str]] = {
    "Top-up": (
        _SALES,
        "SELECT creator, window, min((2 * cents * :rate + 10000) / 20000, :cap) FROM total",
    ),
    "Milestone": (
        _SALES,
        """SELECT creator, window, min(:cap, CASE WHEN :each
      THEN (SELECT sum(amount) FROM level WHERE threshold <= cents)
      ELSE (SELECT amount FROM level WHERE threshold <= cents ORDER BY threshold DESC LIMIT 1) END)
      FROM total WHERE EXISTS (SELECT 1 FROM level WHERE threshold <= cents)""",
    ),
    "Contest": (
        _SALES,
        """, ranked AS (
      SELECT creator, window, rank() OVER (PARTITION BY window ORDER BY cents DESC) AS place,
             count(*) OVER (PARTITION BY window, cents) AS tied
      FROM total WHERE cents > 0 AND (:window = '' OR :ends < :after))
      SELECT creator, window, min(:cap, (SELECT sum(amount) FROM level
        WHERE threshold / 100 BETWEEN place AND place + tied - 1) / tied)
      FROM ranked WHERE place <= (SELECT count(*) FROM level)""",
    ),
    "Per video": (
        _CLIPS,
        """SELECT creator, window, min(:cap, count(*) * :amount) FROM counted
      WHERE place <= :most GROUP BY creator, window""",
    ),
    "Flat fee": (
        _CLIPS,
        """SELECT creator, window, min(:cap, :amount) FROM counted
      GROUP BY creator, window HAVING count(*) >= :posts""",
    ),
    "Views bonus": (
        _CLIPS,
        """SELECT creator, window,
      min(:cap, (2 * sum(min(views * :amount, 1000 * :video_cap)) + 1000) / 2000)
      FROM counted GROUP BY creator, window""",
    ),
    "Retainer": (
        _CLIPS,
        """, live AS (SELECT creator, window, count(*) AS posts FROM counted
        WHERE removed IS NULL OR substr(removed, 1, 7) > window GROUP BY creator, window)
      SELECT creator, window, min(:cap, CASE WHEN posts >= :posts THEN :amount
        WHEN :pro_rata THEN (2 * :amount * posts + :posts) / (2 * :posts) ELSE 0 END) FROM live""",
    ),
    "First Post": (
        "",
        """SELECT creator, '', min(:cap, :amount) FROM clip
      WHERE creator IN (SELECT value FROM json_each(:creators))
        AND start_of(day, :currency) < :cut_off
      GROUP BY creator HAVING min(day) BETWEEN :since AND :until""",
    ),
    "First Sale": (
        "",
        """SELECT creator, '', min(:cap, :amount) FROM sale
      WHERE creator IN (SELECT value FROM json_each(:creators)) AND currency = :currency
        AND status = 'Settled' AND NOT returned AND paid > 0 AND settled < :due AND day < :after
      GROUP BY creator HAVING min(day) BETWEEN :since AND :until""",
    ),
}
_LEADS = ("Retainer", "Flat fee", "Milestone", "Contest")


def owed(
    programme: Programme,
    seen: Iterable[Sequence[object]],
    clips: Iterable[Sequence[object]],
) -> Totals:
    """What is owed after the last run: `seen` are sales as last exported, `clips` videos."""
    database = sqlite3.connect(":memory:")
    database.create_function("start_of", 2, _start_of)
    database.executescript(_SCHEMA)
    database.executemany("INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", seen)
    database.executemany("INSERT INTO clip VALUES (?, ?, ?, ?, ?, ?, ?)", clips)
    for rule in programme.rules:
        _price(database, programme, rule)
    _exclude(database, programme)
    found = database.execute(
        "SELECT creator, rule, version, window, sum(cents) FROM owed "
        "GROUP BY creator, rule, version, window HAVING sum(cents) <> 0"
    )
    return {(c, r, v, w): cents for c, r, v, w, cents in found}


def _start_of(day: str, currency: str) -> float:
    """When the day begins in the shop of that currency, in seconds."""
    return _ZONES[currency].start_of(date.fromisoformat(day)).timestamp()


def _price(database: sqlite3.Connection, programme: Programme, rule: Mapping[str, object]) -> None:
    kind = str(rule["Kind"])
    select = "".join(_BY_KIND[f"First {rule['First']}" if kind == "One-off" else kind])
    database.execute("DELETE FROM level")
    database.executemany("INSERT INTO level VALUES (?, ?)", _levels(str(rule.get("Levels", ""))))
    terms = _terms(programme, rule)
    rows = database.execute(select, terms).fetchall()
    named = (rule["Rule"], rule["Version"])
    database.executemany(
        "INSERT INTO owed VALUES (?, ?, ?, ?, ?)",
        [(creator, *named, window, cents) for creator, window, cents in rows],
    )


def _levels(told: str) -> list[tuple[int, int]]:
    pairs = [part.split(":") for part in told.split(";") if part]
    return [(_cents(at), _cents(amount)) for at, amount in pairs]


def _terms(programme: Programme, rule: Mapping[str, object]) -> dict[str, object]:
    shop = _ZONES[str(rule["Currency"])]
    after = date(2026, 11, 1)
    cut_off = shop.start_of(after)
    gross = rule.get("Basis") == "GMV"
    days = rule.get("Hold-back days", 0 if gross else DEFAULT_HOLD_BACK)
    starts, ends, product = programme.campaigns.get(
        str(rule.get("Campaign", "")), (date.min, date.max, "")
    )
    return {
        "window": f"{starts}..{ends}" if "Campaign" in rule else "",
        "campaign": rule.get("Campaign", ""),
        "starts": starts.isoformat(),
        "ends": ends.isoformat(),
        "product": product,
        "currency": shop.currency,
        "creators": _json(rule.get("Creators")),
        "gross": gross,
        "after": after.isoformat(),
        "cut_off": cut_off.timestamp(),
        "due": (cut_off - timedelta(days=int(str(days)))).timestamp(),
        "by_window": rule["Kind"] in _LEADS,
        "since": str(rule["From"]),
        "until": _until(programme, rule),
        "cap": _cents(rule.get("Cap", 10**9)),
        "rate": _cents(rule.get("Rate %", 0)),
        "amount": _cents(rule.get("Amount", 0)),
        "video_cap": _cents(rule.get("Cap per video", 0)),
        "each": rule.get("Pays") == "Each reached",
        "posts": rule.get("Posts", 0),
        "pro_rata": rule.get("If missed") == "Pro rata",
        "days_live": rule.get("Days live", 0),
        "most": rule.get("Most videos", 0),
        "disclosed": bool(rule.get("Disclosed only")),
    }


def _until(programme: Programme, rule: Mapping[str, object]) -> str:
    """The day before the next version begins."""
    later = [
        date.fromisoformat(str(other["From"]))
        for other in programme.rules
        if other["Rule"] == rule["Rule"] and int(str(other["Version"])) > int(str(rule["Version"]))
    ]
    return str(min(later) - timedelta(days=1)) if later else "9999-12-31"


def _exclude(database: sqlite3.Connection, programme: Programme) -> None:
    """Where the rule that excludes pays, the other is not owed in the same month."""
    for rule in programme.rules:
        if "Excludes" in rule:
            database.execute(
                "DELETE FROM owed WHERE rule = ? AND (creator, window) IN "
                "(SELECT creator, window FROM owed WHERE rule = ? AND cents > 0)",
                (rule["Excludes"], rule["Rule"]),
            )
            return


def _json(creators: object) -> str:
    return json.dumps(list(creators if isinstance(creators, list) else CREATORS))


def _cents(amount: object) -> int:
    return round(float(str(amount)) * 100)
