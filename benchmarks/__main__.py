"""Runs every benchmark."""

from benchmarks import demo_month, outreach_pass

outreach_pass.main()
demo_month.main()
