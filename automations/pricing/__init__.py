"""What each kind of payout rule owes, priced from sums of sales and from videos."""
