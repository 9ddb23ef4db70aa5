"""The changes of the database's shape, oldest first; Alembic runs them when the hub starts."""
