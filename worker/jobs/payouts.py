"""Payouts: does on each payout run what the team asked for in its State, and says why not."""

from collections.abc import Sequence
from typing import assert_never

from automations.approvals import Teammate, who_decided
from automations.plan import Plan
from schemas.fields import Field, Table
from schemas.parsing import BadCell, Row, text
from schemas.problems import Problem
from schemas.records_payouts import RunRow, RunState
from schemas.tables import campaigns, content, creators
from schemas.tables import payouts as tables
from schemas.tables.operations import TEAM, TEAM_EMAIL, TEAM_NAME
from schemas.tables.payouts import RUNS
from worker import needs, payout_catching_up, payouts
from worker.executor import Done
from worker.jobs.job import Job
from worker.ledger import run_editors
from worker.ledger.leases import Fence
from worker.ledger.payout_runs import Stale
from worker.payout_screen import run_rows
from worker.payouts import Desk, Worked
from worker.reading import Reading, forbidden_because

TO_DO = RUNS.views[0].name
PAYEE = (
    creators.PAY_BY, creators.PAYEE, creators.PAYEE_VERIFIED, creators.TAX_FORM,
    creators.PAYOUT_DISPUTE,
)  # fmt: skip


def desk_of(reading: Reading) -> tuple[Desk, tuple[Problem, ...]]:
    """The base's payouts, its creators known to the ledger; and what is wrong in Settings."""
    worker = reading.worker
    rules, problems = reading.rules()
    reading.identified()
    return Desk(worker.base, worker.ledger, rules, worker.clock.now()), problems


def plan_payouts_now(reading: Reading) -> Plan:
    """Nothing can be previewed: what a run pays is its calculation, which pays nothing yet."""
    return Plan(problems=run_rows(reading.worker.base).problems)


def run_payouts(reading: Reading, fence: Fence) -> Done:
    """Work off the payout runs that ask for something."""
    del fence
    if because := forbidden_because(reading):
        return Done(held_because=because)
    done = Done()
    _show_what_changed(reading, done)
    if not _wanted(reading):
        return done
    rows = run_rows(reading.worker.base)
    done.problems += rows.problems
    desk, _ = desk_of(reading)
    team = teammates(reading.rows(TEAM))
    for row in filter(_asks, rows.records):
        try:
            worked = _answer(desk, row, team)
        except Stale as stale:
            done.problems.append(Problem(RUNS.name, row.record_id, str(stale)))
            continue
        done.counts[f"runs {worked.run.state}"] += 1
        done.counts["lines"] += len(worked.lines)
        done.problems += worked.problems
    return done


def _show_what_changed(reading: Reading, done: Done) -> None:
    """What happened outside Airtable: an approval by link, payments, a hold put right or let go."""
    if not payout_catching_up.is_due(reading.worker):
        return
    desk, _ = desk_of(reading)
    shown, problems = payout_catching_up.catch_up(desk)
    done.problems += problems
    if shown:
        done.counts["statements shown"] += shown


def _wanted(reading: Reading) -> bool:
    """Whether the team's view shows a run that asks for something."""
    now, asks = reading.worker.clock.now(), RUNS.views[0].shows.holds
    asking = {row.id for row in reading.rows(RUNS) if asks(row.cells, now)}
    view = reading.members(RUNS, TO_DO)
    if view is None or not asking:
        return False
    if unknown := view.unknown & asking:
        reading.ask(RUNS, TO_DO, unknown)
        view = reading.members(RUNS, TO_DO) or view
    return bool(view.seen & asking)


def _asks(row: RunRow) -> bool:
    return row.state in (RunState.CALCULATE, RunState.APPROVE, RunState.POST)


def _answer(desk: Desk, row: RunRow, team: Sequence[Teammate]) -> Worked:
    match row.state:
        case RunState.CALCULATE:
            by = _decider(desk, row, team, row.prepared_by, tables.RUN_PREPARED_BY)
            return payouts.calculate(desk, row.period, by)
        case RunState.APPROVE:
            by = _decider(desk, row, team, row.approved_by, tables.RUN_APPROVED_BY)
            return payouts.approve(desk, row.period, by)
        case RunState.POST:
            return payouts.post(desk, row.period)
        case RunState.CALCULATED | RunState.APPROVED | RunState.POSTED | None:
            raise Stale(f"Run {row.period} asks for nothing.")
        case _:
            assert_never(row.state)


def _decider(desk: Desk, row: RunRow, team: Sequence[Teammate], named: str, field: Field) -> str:
    """The Team row of whoever chose the State: the editing user if the feed named one."""
    asked = row.state.value if row.state else ""
    with desk.ledger.reading() as connection:
        editor = run_editors.who_chose(connection, desk.base.base_id, row.record_id, asked)
    found = who_decided(editor=editor, team=team, named=named, field=field.name)
    if found.refused:
        raise Stale(found.refused)
    return found.record_id


def teammates(rows: Sequence[Row]) -> Sequence[Teammate]:
    """The rows of Team as approvals know them; a cell that cannot be read counts as empty."""
    return [Teammate(row.id, _or_empty(row, TEAM_NAME), _or_empty(row, TEAM_EMAIL)) for row in rows]


def _or_empty(row: Row, field: Field) -> str:
    try:
        return text(row, field)
    except BadCell:
        return ""


def _all_but(table: Table, *shown: Field) -> tuple[Table, tuple[Field, ...]]:
    return table, tuple(field for field in table.fields if field not in (table.note, *shown))


# Money: whatever it is computed from, and whatever says how it was, is needed.
PAYOUTS = Job(
    "payouts",
    plan_payouts_now,
    run_payouts,
    needs=(
        *needs.SETTINGS,
        (creators.TABLE, (*needs.IDENTITY, creators.TIER, *PAYEE)),
        (
            campaigns.CAMPAIGNS,
            (campaigns.CAMPAIGN_STARTS, campaigns.CAMPAIGN_ENDS, campaigns.CAMPAIGN_PRODUCT),
        ),
        (campaigns.PRODUCTS, (campaigns.PRODUCT_ID,)),
        _all_but(content.CONTENT, content.URL),
        _all_but(tables.RULES),
        _all_but(tables.RUNS, tables.RUN_SUMMARY, tables.RUN_STATEMENTS),
        _all_but(tables.STATEMENTS, tables.STATEMENT_LINES),
        _all_but(tables.LINES),
        _all_but(tables.ADJUSTMENTS),
    ),
    choices=(
        (tables.RUNS, tables.RUN_STATE, tables.RUN_STATES),
        (tables.STATEMENTS, tables.STATEMENT_STATE, tables.STATEMENT_STATES),
        (tables.LINES, tables.LINE_KIND, tables.LINE_KINDS),
        (tables.LINES, tables.LINE_PAID_BY, tables.PAID_BY),
    ),
)
