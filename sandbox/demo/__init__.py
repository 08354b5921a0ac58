"""The demo: a simulated month in which invented people use the product and it answers.

Drives the product as an outsider does: by its command line and by entries on its queue.
"""

from sandbox.demo.options import Options
from sandbox.demo.run import run_demo

__all__ = ["Options", "run_demo"]
