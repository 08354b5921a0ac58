"""The jobs. Each has one shape: read → plan → carry out; a preview stops after the second.

How a job is run (lease, run record, slices) is in `worker/running.py`; when, in `schedule.py`.
"""

from collections.abc import Mapping

from worker.jobs.job import Job
from worker.jobs.notices import NOTICES
from worker.jobs.outreach import OUTREACH
from worker.jobs.payouts import PAYOUTS
from worker.jobs.pipeline import PIPELINE
from worker.jobs.replies import REPLIES

__all__ = ["JOBS", "Job"]

# In the order of a pass: consent first, and staff are told last, of everything before.
JOBS: Mapping[str, Job] = {job.name: job for job in (REPLIES, OUTREACH, PIPELINE, PAYOUTS, NOTICES)}
