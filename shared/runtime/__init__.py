"""How a service runs: its application, its server, its migrations, its start and its end."""
