"""Rankings: in which order requests and projects should be done."""
