"""Plan files: plans of other programs that come in as activities and links, and the way back."""
