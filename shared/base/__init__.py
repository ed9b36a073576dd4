"""What knows nothing of Portolan: time, money, ids, refusals, settings, telemetry."""
