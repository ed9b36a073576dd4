"""Assessments, dated ratings of projects and programmes."""
