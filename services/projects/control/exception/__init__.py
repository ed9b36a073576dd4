"""Exceptions: forecasts that leave what is tolerated, until it is decided what follows."""
