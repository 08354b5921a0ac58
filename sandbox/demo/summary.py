"""The month in figures, read back from the sandbox; no wall-clock time and no random id in it."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sandbox.demo.creators import Heard
from sandbox.demo.hands import Hands
from sandbox.demo.mails import was_accepted
from sandbox.demo.options import Options
from sandbox.run import Sandbox
from schemas.stages import STAGES
from schemas.tables import creators

Summary = dict[str, object]


def summarise(options: Options, sandbox: Sandbox, hands: Hands, heard: list[Heard]) -> Summary:
    """What happened, part by part."""
    world, people = sandbox.world, hands.rows(creators.TABLE)
    calls = len(world.requests)
    return {
        "demo": {"creators": options.creators, "days": options.days, "seed": options.seed},
        "funnel": _funnel([row.text(creators.STAGE) for row in people]),
        "messages": _counted(_outcome(mail) for mail in world.mail),
        "replies": _counted(one.kind for one in heard),
        "notices": _counted(str(post["channel"]) for post in world.discord),
        "airtable": {
            "calls": calls,
            "calls per creator": round(calls / max(1, len(people)), 1),
            "refused (429)": sum(1 for one in world.requests if one["status"] == 429),
        },
    }


def write(summary: Summary, path: Path) -> None:
    """The summary as JSON."""
    path.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _funnel(stages: list[str]) -> Mapping[str, int]:
    counts = Counter(stages)
    return {stage: counts[stage] for stage in STAGES if counts[stage]}


def _counted(values: object) -> Mapping[str, int]:
    counts = Counter(values)  # type: ignore[call-overload]  # an iterable of text
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _outcome(mail: Mapping[str, object]) -> str:
    return "accepted" if was_accepted(mail) else " ".join(str(mail["outcome"]).split()[:3])
