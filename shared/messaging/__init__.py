"""How events travel: the bus, the relay that publishes, the inbox that consumes."""
