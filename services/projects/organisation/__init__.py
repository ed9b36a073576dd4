"""What the instance is, and what holds in it unless something says otherwise."""
