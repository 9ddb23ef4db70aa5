"""The hub: what stations report goes in over MQTT, into a database, and out as pages."""
