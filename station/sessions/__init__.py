"""Recorded sessions: what was seen at a bench and what was truly done, to measure and to tune."""
