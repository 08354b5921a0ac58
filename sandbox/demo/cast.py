"""Who plays: invented creators of eight countries and six languages, spread over all stages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.demo.hands import Hands
from sandbox.demo.options import dice
from sandbox.people import Person, invented
from schemas.stages import Stage
from schemas.tables import creators, operations, outreach

COUNTRIES = ("US", "BR", "MX", "GB", "DE", "ES", "ID", "VN")
SOURCES = ("Creator marketplace", "Hashtag search", "Referral", "Came to us")
# Of a hundred creators, so many stand in each stage when the demo begins.
SPREAD = {
    Stage.PROSPECT: 38, Stage.QUEUED: 4, Stage.CONTACTED: 5, Stage.REPLIED: 5, Stage.ONBOARDED: 5,
    Stage.SAMPLE_REQUESTED: 3, Stage.SAMPLE_APPROVED: 3, Stage.SAMPLE_SHIPPED: 3,
    Stage.SAMPLE_DELIVERED: 5, Stage.POSTED: 5, Stage.FIRST_SALE: 5, Stage.ACTIVE: 9,
    Stage.AT_RISK: 3, Stage.DORMANT: 3, Stage.RE_ENGAGED: 2, Stage.CHURNED: 1,
    Stage.DO_NOT_CONTACT: 1,
}  # fmt: skip
TO_BE_MAILED = (Stage.PROSPECT, Stage.QUEUED)
NEWCOMERS_PER_100 = 8  # more creators, found during the month


@dataclass(frozen=True, slots=True)
class Player:
    """One invented creator: who they are, where they begin, and their row if they have one yet."""

    person: Person
    stage: Stage
    address_is_dead: bool
    enrolled: bool
    source: str

    @property
    def handle(self) -> str:
        """The name everybody knows them by."""
        return self.person.handle


def cast_players(count: int, seed: int) -> tuple[tuple[Player, ...], tuple[Player, ...]]:
    """The creators of the first day, and those the team will find later."""
    more = max(2, count * NEWCOMERS_PER_100 // 100)
    people = invented(count + more, seed, COUNTRIES)
    stages = _deal(count, seed)
    first = tuple(
        _player(one, stage, seed) for one, stage in zip(people[:count], stages, strict=True)
    )
    later = tuple(_player(one, Stage.PROSPECT, seed) for one in people[count:])
    return first, later


def _player(person: Person, stage: Stage, seed: int) -> Player:
    fate = dice(seed, "cast", person.handle)
    to_be_mailed = stage in TO_BE_MAILED
    return Player(
        person,
        stage,
        address_is_dead=to_be_mailed and fate.random() < 0.04,
        enrolled=to_be_mailed and fate.random() < 0.7,
        source=fate.choice(SOURCES),
    )


def _deal(count: int, seed: int) -> Sequence[Stage]:
    """So many stages, in the proportions of SPREAD, shuffled; small casts keep the rare ones."""
    deck = list(_in_proportion(count))
    dice(seed, "stages").shuffle(deck)
    return deck


def _in_proportion(count: int) -> Iterator[Stage]:
    whole, dealt = sum(SPREAD.values()), 0
    reached = 0.0
    for stage, weight in SPREAD.items():
        reached += weight * count / whole
        while dealt < round(reached):
            dealt += 1
            yield stage


def type_in(hands: Hands, player: Player) -> str:
    """The row of a creator as the team typed it; its record id."""
    person, fate = player.person, dice(0, "row", player.handle)
    team = [row.id for row in hands.rows(operations.TEAM)]
    sequence = [hands.rows(outreach.SEQUENCES)[0].id] if player.enrolled else None
    return hands.create(
        creators.TABLE,
        {
            creators.NAME: person.name,
            creators.HANDLE: f"@{person.handle}",
            creators.EMAIL: person.email,
            creators.COUNTRY: person.country,
            creators.TIME_ZONE: person.time_zone,
            creators.LANGUAGE: person.language,
            creators.FOLLOWERS: person.followers,
            creators.SOURCE: player.source,
            creators.LEGAL_BASIS: "Consent",
            creators.OWNER: [fate.choice(team)],
            creators.SEQUENCE: sequence,
            creators.STAGE: player.stage.value,
        },
    )
