"""Makes it happen: settings, wiring, jobs, executor, ledger, gateways, CLI and web."""
