"""Scoring models: by which criteria requests and projects are put in order."""
