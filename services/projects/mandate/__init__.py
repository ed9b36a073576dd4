"""By whom projects are led, what binds them, and on what people decide: roles, mandates, papers and approvals."""
