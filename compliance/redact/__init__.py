"""Personal information and secrets: one detector list for finding and for redacting."""
