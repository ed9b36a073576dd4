"""A mandate as a document: read on a page, signed there, printed, and saved as PDF."""
