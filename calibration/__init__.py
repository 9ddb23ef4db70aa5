"""Frames of reference: bench millimetres, camera pixels, projector pixels."""
