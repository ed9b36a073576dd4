"""Calendars, which say what days and hours are worked."""
