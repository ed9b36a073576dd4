"""Requirements: what the outcome of a request or project has to do or to be."""
