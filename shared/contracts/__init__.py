"""The published language: one public shape per aggregate, its facts, and the schemas that were released."""
