"""The page one lands on: what waits for the reader, what has changed since they were here, and what they pinned.

visits    what is remembered of a login: when it was here last, and its pinned portfolios
reader    who looks: their person, and what they see
waiting   decisions, what is due, mentions, memberships, computations
news      what has changed, by aggregate, with values old and new
api       the addresses
"""
