"""Engines of projects: schedules, plan files and scoring; pure functions over plain typed values."""
