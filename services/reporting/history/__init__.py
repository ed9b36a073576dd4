"""Every version of every aggregate, as the events brought it, and which one is current."""
