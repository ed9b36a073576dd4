"""Objectives: what projects are to reach, measured."""
