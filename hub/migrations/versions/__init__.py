"""One file for each change of the shape. A change that has gone out is never edited."""
