"""The bench computer: the loop, the threads, the outbox, the command line, the twin."""
