"""Gathers what the audit looks at: the sandbox's logs, the base as a person sees it, the files."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.demo.audit import Evidence, Move, Promise
from sandbox.demo.bookkeeping import CLOSED_BEFORE, CLOSED_HERE, CLOSING_BEFORE, CLOSING_HERE
from sandbox.demo.creators import Heard
from sandbox.demo.hands import Hands, Line
from sandbox.demo.money import Paid, Shown, Terms, Typed, recompute
from sandbox.world import World
from schemas.tables import content, creators, operations, payouts, pipeline

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CLOSINGS = {CLOSED_BEFORE: CLOSING_BEFORE, CLOSED_HERE: CLOSING_HERE}
POSTED = "Posted"


def gather(
    world: World,
    hands: Hands,
    heard: Sequence[Heard],
    passes: Sequence[datetime],
    files: Sequence[tuple[datetime, Path]],
    began: Mapping[str, str],
) -> Evidence:
    """Everything the audit needs; `began` is the stage each creator was typed in with, by name."""
    people = {row.id: row for row in hands.rows(creators.TABLE)}
    settings = _settings(hands)
    return Evidence(
        mails=list(world.mail),
        heard=heard,
        passes=passes,
        homes={row.text(creators.EMAIL): _home(row) for row in people.values()},
        promise=_promise(settings),
        posts=[str(post["content"]) for post in world.discord],
        moves=[_move(row, people) for row in hands.rows(pipeline.STAGE_HISTORY)],
        stages={
            name: (began[name], row.text(creators.STAGE))
            for row in people.values()
            if (name := row.text(creators.NAME)) in began
        },
        statements=_statements(hands, people),
        expected=_expected(hands, people, files, _cents(settings["Minimum payout"])),
    )


def promise_of(hands: Hands) -> Promise:
    """What the base's Settings promise about sending."""
    return _promise(_settings(hands))


def _home(row: Line) -> tuple[str, str]:
    return row.text(creators.COUNTRY), row.text(creators.TIME_ZONE)


def _settings(hands: Hands) -> Mapping[str, str]:
    rows = hands.rows(operations.SETTINGS)
    return {row.text(operations.SETTING_NAME): row.text(operations.SETTING_VALUE) for row in rows}


def _promise(settings: Mapping[str, str]) -> Promise:
    opens, _, closes = settings["Sending hours"].partition("-")
    first, _, last = settings["Sending days"].partition("-")
    return Promise(
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        days=frozenset(range(WEEK.index(first), WEEK.index(last) + 1)),
        cap=int(settings["Daily cap per mailbox"]),
        zone=ZoneInfo(settings["Time zone"]),
    )


def _move(row: Line, people: Mapping[str, Line]) -> Move:
    return Move(
        people[row.link(pipeline.MOVE_CREATOR)].text(creators.NAME),
        row.text(pipeline.MOVE_FROM),
        row.text(pipeline.MOVE_TO),
        datetime.fromisoformat(row.text(pipeline.MOVE_AT)),
    )


def _statements(hands: Hands, people: Mapping[str, Line]) -> Sequence[Shown]:
    lines: dict[str, list[int]] = {}
    for line in hands.rows(payouts.LINES):
        amount = _cents(line.get(payouts.LINE_AMOUNT))
        lines.setdefault(line.link(payouts.LINE_STATEMENT), []).append(amount)
    return [
        Shown(
            row.text(payouts.STATEMENT_PERIOD),
            _handle(people[row.link(payouts.STATEMENT_CREATOR)]),
            _cents(row.get(payouts.STATEMENT_TOTAL)),
            _cents(row.get(payouts.STATEMENT_CARRIED)),
            lines.get(row.id, []),
        )
        for row in hands.rows(payouts.STATEMENTS)
    ]


def _expected(
    hands: Hands,
    people: Mapping[str, Line],
    files: Sequence[tuple[datetime, Path]],
    minimum: int,
) -> Mapping[tuple[str, str], Paid]:
    runs = [
        (row.text(payouts.RUN_PERIOD), _newest(files, row.text(payouts.RUN_PERIOD)))
        for row in hands.rows(payouts.RUNS)
        if row.text(payouts.RUN_STATE) == POSTED
    ]
    return recompute(sorted(runs), _terms(hands, people, minimum), _typed(hands, people))


def _newest(files: Sequence[tuple[datetime, Path]], period: str) -> Path:
    """The last file that was imported before the run of `period` was calculated."""
    return [path for at, path in files if at <= CLOSINGS[period]][-1]


def _terms(hands: Hands, people: Mapping[str, Line], minimum: int) -> Terms:
    rules = {row.text(payouts.RULE_KIND): row for row in hands.rows(payouts.RULES)}
    top_up, retainer = rules["Top-up"], rules["Retainer"]
    linked = retainer.get(payouts.RULE_CREATORS)
    return Terms(
        percent=int(top_up.number(payouts.RULE_RATE)),
        top_up_from=top_up.text(payouts.RULE_FROM)[:7],
        retainer=_cents(retainer.get(payouts.RULE_AMOUNT)),
        posts=int(retainer.number(payouts.RULE_POSTS)),
        retained=frozenset(
            _handle(people[str(one)]) for one in (linked if isinstance(linked, list) else ())
        ),
        retainer_from=retainer.text(payouts.RULE_FROM)[:7],
        minimum=minimum,
    )


def _typed(hands: Hands, people: Mapping[str, Line]) -> Typed:
    videos = [
        (_handle(people[row.link(content.CREATOR)]), row.text(content.POSTED_ON)[:7])
        for row in hands.rows(content.CONTENT)
        if row.get(content.APPROVED)
    ]
    one_offs = [
        (
            _handle(people[row.link(payouts.ADJUSTMENT_CREATOR)]),
            row.text(payouts.ADJUSTMENT_ON)[:7],
            _cents(row.get(payouts.ADJUSTMENT_AMOUNT)),
        )
        for row in hands.rows(payouts.ADJUSTMENTS)
    ]
    return Typed(videos, one_offs)


def _handle(row: Line) -> str:
    return row.text(creators.HANDLE).lstrip("@")


def _cents(amount: object) -> int:
    return int((Decimal(str(amount or 0)) * 100).to_integral_exact())
