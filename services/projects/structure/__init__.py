"""Projects and the work packages they consist of."""
