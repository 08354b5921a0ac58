"""TikTok's exports beside the seller's order files: one declaration each, one reader for all."""
