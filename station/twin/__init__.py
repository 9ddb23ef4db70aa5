"""The virtual bench: a camera, a projector and a worker that behave as real ones do."""
