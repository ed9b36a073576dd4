"""By whom projects are led, and what binds them: roles and mandates."""
