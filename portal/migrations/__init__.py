"""Alembic revisions: one small file per change, never edited after it landed."""
