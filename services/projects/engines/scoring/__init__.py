"""Scoring: which of several candidates comes first, by a stated method; pure functions over plain values.

The entries, one per method, all of which answer with a `ranking.Ranking`:

    weighted.weighted        criteria with weights -> weighted sum
    wsjf.wsjf                cost of delay and job size -> weighted shortest job first
    rice.rice                reach, impact, confidence, effort
    ahp.priorities           pairwise judgements -> weights with their consistency ratio
    hierarchy.synthesised    a tree of criteria, judged pairwise -> AHP ranking of the alternatives
    reversals.rank_reversals whose order changes when some other candidate is left out

`docs/methods/scoring.md` explains them on a page.
"""
