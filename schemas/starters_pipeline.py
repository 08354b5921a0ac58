"""The stage rules and SOPs a fresh base starts with; `init` creates them in empty tables.

Links name rows of the linked table here; `init` puts their record ids in.
"""

from collections.abc import Mapping, Sequence

from schemas.fields import Field
from schemas.stages import Stage
from schemas.tables import pipeline as t


def _sop(name: str, due: int, instructions: str) -> Mapping[Field, object]:
    return {t.SOP_NAME: name, t.SOP_DUE: due, t.SOP_INSTRUCTIONS: instructions}


ANSWER = "Answer the creator"
DECIDE = "Decide on the sample request"
SHIP = "Ship the sample"
CHECK = "Check the first video"
CHASE = "Ask about the overdue video"
WIN_BACK = "Win the creator back"

SOPS: tuple[Mapping[Field, object], ...] = (
    _sop(ANSWER, 1, "Read the last reply on the creator and answer it within a day."),
    _sop(DECIDE, 2, "Check followers, earlier videos and stock; approve or cancel the sample."),
    _sop(SHIP, 2, "Ship, then set Status to Shipped and fill in Shipped on and Tracking."),
    _sop(CHECK, 1, "Watch the video: disclosure said in it, product shown. Tell the creator."),
    _sop(CHASE, 2, "The sample arrived 15 days ago and nothing was posted. Ask kindly."),
    _sop(WIN_BACK, 3, "Offer a new product or a bonus; two tries, then let it rest."),
)


def _rule(
    name: str,
    from_stages: Sequence[Stage],
    to: Stage | None,
    view: str = "",
    after: int | None = None,
    sop: str = "",
) -> dict[Field, object]:
    rule: dict[Field, object] = {
        t.RULE_NAME: name,
        t.RULE_FROM: [stage.value for stage in from_stages],
        t.RULE_BECAUSE: name + ".",
        t.RULE_ACTIVE: True,
    }
    optional = {
        t.RULE_TO: to.value if to else None,
        t.RULE_VIEW: view or None,
        t.RULE_AFTER: after,
        t.RULE_SOP: [sop] if sop else None,
    }
    return rule | {field: value for field, value in optional.items() if value is not None}


_LADDER = tuple(Stage)[: tuple(Stage).index(Stage.ACTIVE)]


def _before(stage: Stage) -> Sequence[Stage]:
    return _LADDER[: _LADDER.index(stage)]


STAGE_RULES: tuple[Mapping[Field, object], ...] = (
    _rule(
        "The first message was sent",
        _before(Stage.CONTACTED), Stage.CONTACTED, "Contacted creators",
    ),
    _rule(
        "The creator wrote back",
        _before(Stage.REPLIED), Stage.REPLIED, "Creators who replied",
    ),
    _rule(
        "A sample was requested",
        _before(Stage.SAMPLE_REQUESTED), Stage.SAMPLE_REQUESTED, "Sample requested", sop=DECIDE,
    ),
    _rule(
        "The sample was approved",
        _before(Stage.SAMPLE_APPROVED), Stage.SAMPLE_APPROVED, "Sample approved", sop=SHIP,
    ),
    _rule(
        "The sample was shipped",
        _before(Stage.SAMPLE_SHIPPED), Stage.SAMPLE_SHIPPED, "Sample shipped",
    ),
    _rule(
        "The sample arrived",
        _before(Stage.SAMPLE_DELIVERED), Stage.SAMPLE_DELIVERED, "Sample delivered",
    ),
    _rule(
        "The sample arrived 15 days ago and nothing was posted",
        (Stage.SAMPLE_DELIVERED,), None, after=15, sop=CHASE,
    ),
    _rule(
        "The first video is up",
        _before(Stage.POSTED), Stage.POSTED, "Creators who posted", sop=CHECK,
    ),
    _rule("The first sale came in", _before(Stage.FIRST_SALE), Stage.FIRST_SALE,
          "Creators who sold"),
    _rule(
        "The creator posts regularly",
        (Stage.FIRST_SALE, Stage.AT_RISK), Stage.ACTIVE, "Posting regularly",
    ),
    _rule(
        "No video for 30 days",
        (Stage.POSTED, Stage.FIRST_SALE, Stage.ACTIVE, Stage.RE_ENGAGED), Stage.AT_RISK,
        "No post for 30 days", after=30,
    ),
    _rule(
        "No video for 60 days",
        (Stage.AT_RISK,), Stage.DORMANT, "No post for 60 days", after=30, sop=WIN_BACK,
    ),
    _rule("Dormant for 60 days", (Stage.DORMANT,), Stage.CHURNED, after=60),
    _rule("No answer for 120 days", (Stage.CONTACTED,), Stage.CHURNED, after=120),
    _rule(
        "Posted again",
        (Stage.DORMANT, Stage.CHURNED), Stage.RE_ENGAGED, "Posted in the last 30 days",
    ),
    _rule(
        "Posted regularly for 30 days since",
        (Stage.RE_ENGAGED,), Stage.ACTIVE, "Posting regularly", after=30,
    ),
)  # fmt: skip


def with_links(rule: Mapping[Field, object], sop_ids: Mapping[str, str]) -> dict[Field, object]:
    """The rule with the record ids of its SOPs; a link whose SOP is not there is left out."""
    linked = {field: value for field, value in rule.items() if field is not t.RULE_SOP}
    names = rule.get(t.RULE_SOP)
    ids = [sop_ids[n] for n in names if n in sop_ids] if isinstance(names, list) else []
    return linked | ({t.RULE_SOP: ids} if ids else {})
