"""How projects begin: requests, and what is asked of projects."""
