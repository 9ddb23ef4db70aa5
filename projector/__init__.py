"""Cues to marks to light."""
