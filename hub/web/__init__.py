"""The pages of the hub: a live board of stations, and a page for each with its runs."""
