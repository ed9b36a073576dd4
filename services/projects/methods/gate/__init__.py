"""Gates: where is decided whether and how a project goes on."""
