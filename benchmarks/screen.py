"""What can be seen from outside: cells of the base, and mails that creators received."""

from dataclasses import dataclass, field

from sandbox.airtable.model import Table as Seen
from sandbox.demo.mails import recipient
from sandbox.run import Sandbox
from sandbox.seed import BASE_ID
from schemas.fields import Field, Table
from schemas.stages import STAGES
from schemas.tables import creators as c
from schemas.tables import outreach
from worker.ledger.people import hash_of


@dataclass(slots=True)
class Screen:
    """The base and the mailbox of a sandbox, looked at often: nothing is read twice."""

    box: Sandbox
    _read: int = 0
    _mailed: dict[str, int] = field(default_factory=dict)

    def table(self, table: Table) -> Seen:
        """The sandbox's own table."""
        return self.box.store.table(BASE_ID, table.name)

    def cell(self, record: str, column: Field) -> object:
        """A cell of Creators; None when it is empty."""
        table = self.table(c.TABLE)
        fields = table.json(table.rows[record])["fields"]
        return fields.get(column.name) if isinstance(fields, dict) else None

    def stage(self, record: str) -> int:
        """The place of a creator's stage among all; -1 for none."""
        stage = self.cell(record, c.STAGE)
        return STAGES.index(str(stage)) if stage in STAGES else -1

    def is_suppressed(self, address: str) -> bool:
        """Whether Suppressions shows the address."""
        table, hashed = self.table(outreach.SUPPRESSIONS), hash_of(address)
        key = table.field(outreach.SUPPRESSION_KEY.name)
        return key is not None and any(
            row.cells.get(key.id) == hashed for row in table.rows.values()
        )

    def mails_to(self, address: str) -> int:
        """How many mails the address was sent."""
        mails = self.box.world.mail
        for mail in mails[self._read :]:
            self._mailed[recipient(mail)] = self._mailed.get(recipient(mail), 0) + 1
        self._read = len(mails)
        return self._mailed.get(address, 0)
