"""Pictures to observations to evidence."""
