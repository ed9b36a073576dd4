"""Dependencies: the links between the activities of plans."""
