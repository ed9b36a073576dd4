"""What Alembic needs, once for all services: each keeps its own chain of numbered files."""
