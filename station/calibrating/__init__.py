"""Commissioning a bench: shows pictures, takes pictures of them, and keeps what was worked out."""
