"""Operations: what takes too long for one request is begun, watched, cancelled, and its result read later."""
