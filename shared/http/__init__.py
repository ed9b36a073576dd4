"""The REST rules, once for all services: from the socket to a typed call, and from an answer to bytes."""
