"""What one station is made of, and how YAML that people write is read."""
