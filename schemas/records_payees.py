"""How a creator is paid, as the row of Creators says: method, payee, tax form, open dispute.

Never refuses a row: a cell that cannot be read counts as empty, which holds the payment.
"""

import re
from dataclasses import dataclass

from schemas.fields import Field
from schemas.hashes import hash_of
from schemas.parsing import BadCell, Row, checked, text
from schemas.records import normal_email
from schemas.tables import creators

PAYPAL, WISE = "PayPal", "Wise"
_DOTS_ARE_NOTHING = ("gmail.com", "googlemail.com")
_PAYPAL_ID = re.compile(r"[A-Z0-9]{13}")
_WISE_ID = re.compile(r"[0-9]{1,12}|[0-9a-fA-F-]{36}")


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom the money of one creator goes to; empty texts are empty cells."""

    record_id: str
    name: str = ""
    handle: str = ""
    method: str = ""
    written: str = ""
    verified: bool = False
    tax_form: str = ""
    dispute: str = ""

    @property
    def shown_as(self) -> str:
        """What people call this creator."""
        return self.name or self.handle or self.record_id

    @property
    def account(self) -> str:
        """The payee without what makes no difference: case of a mailbox, spaces."""
        return normal_email(self.written) or " ".join(self.written.split())

    @property
    def account_hash(self) -> str:
        """Recognises the same account again; "" without one."""
        return hash_of(f"payee:{self.method}:{self.account}") if self.account else ""

    @property
    def mailbox_hash(self) -> str:
        """Recognises the mailbox or account behind it, however it is spelt; "" without one."""
        return hash_of(f"payee:{self.method}:{_mailbox(self.account)}") if self.account else ""

    @property
    def masked(self) -> str:
        """As it may be kept and shown: enough to recognise, too little to pay to."""
        name, at, domain = self.account.rpartition("@")
        if at:
            return f"{name[:2]}…{name[-1:] if len(name) > 5 else ''}@{domain}"
        return f"…{self.account[-4:]}" if len(self.account) > 6 else "…"

    @property
    def is_payable(self) -> bool:
        """Whether the payee has a form that the method knows."""
        if self.method == PAYPAL:
            return bool(normal_email(self.account) or _PAYPAL_ID.fullmatch(self.account))
        if self.method == WISE:
            return bool(normal_email(self.account) or _WISE_ID.fullmatch(self.account))
        return bool(self.account)


def parse_payee(row: Row) -> Payee:
    """How this creator is paid."""
    return Payee(
        record_id=row.id,
        name=_text(row, creators.NAME),
        handle=_text(row, creators.HANDLE),
        method=_text(row, creators.PAY_BY),
        written=_text(row, creators.PAYEE),
        verified=_is_verified(row),
        tax_form=_text(row, creators.TAX_FORM),
        dispute=_text(row, creators.PAYOUT_DISPUTE),
    )


def _is_verified(row: Row) -> bool:
    try:
        return checked(row, creators.PAYEE_VERIFIED)
    except BadCell:
        return False


def _text(row: Row, field: Field) -> str:
    try:
        return text(row, field)
    except BadCell:
        return ""


def _mailbox(account: str) -> str:
    """One spelling for all that reach the same mailbox: no +tag, no dots where they are nothing."""
    name, at, domain = account.casefold().rpartition("@")
    if not at:
        return re.sub(r"[\s.-]", "", account.casefold())
    name = name.partition("+")[0]
    if domain in _DOTS_ARE_NOTHING:
        return f"{name.replace('.', '')}@gmail.com"
    return f"{name}@{domain}"
