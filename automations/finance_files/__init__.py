"""Files finance can pay from: which payment goes into which file, and what each file says.

Pure: the same payments give the same bytes, whatever the machine, the day or the order they come
in. The formats are modules of their own: `paypal`, `wise`, `generic`; `manifest` sums them up.
"""

from automations.finance_files.files import (
    FORMATS,
    FinanceFile,
    format_of,
    make_files,
    write_file,
)
from automations.finance_files.payment import Payment

__all__ = ["FORMATS", "FinanceFile", "Payment", "format_of", "make_files", "write_file"]
