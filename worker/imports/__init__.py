"""Files the team downloads from TikTok, brought into the ledger or refused with the reason."""
