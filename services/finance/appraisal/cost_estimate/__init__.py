"""Cost estimates: what projects and requests are expected to cost."""
