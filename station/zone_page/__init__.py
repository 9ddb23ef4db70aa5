"""The page on which a coach draws zones: a web server on the bench's own computer."""
