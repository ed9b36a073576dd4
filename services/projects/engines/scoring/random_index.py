"""The random consistency index of AHP: the mean inconsistency of random judgements, by size of the matrix.

Authors disagree because they drew different random matrices, so an answer always names its table.
"""

from enum import StrEnum


class IndexTable(StrEnum):
    """A published table of random indices.

    SAATY_2005         T. Saaty, *Theory and Applications of the Analytic Network Process* (2005), p. 31
    SAATY_1980         T. Saaty, *The Analytic Hierarchy Process* (1980)
    ALONSO_LAMATA      J. Alonso and M. Lamata, "Consistency in the Analytic Hierarchy Process" (2006)
    DONEGAN_DODD       H. Donegan and F. Dodd, "A note on Saaty's random indexes" (1991)
    """

    SAATY_2005 = "saaty_2005"
    SAATY_1980 = "saaty_1980"
    ALONSO_LAMATA = "alonso_lamata_2006"
    DONEGAN_DODD = "donegan_dodd_1991"


_FROM_SIZE_3 = {
    IndexTable.SAATY_2005: """
        0.52 0.89 1.11 1.25 1.35 1.40 1.45 1.49 1.52 1.54 1.56 1.58 1.59""",
    IndexTable.SAATY_1980: """
        0.58 0.90 1.12 1.24 1.32 1.41 1.45 1.49 1.51 1.48 1.56 1.57 1.59""",
    IndexTable.ALONSO_LAMATA: """
        0.5245 0.8815 1.1086 1.2479 1.3417 1.4056 1.4499 1.4854 1.5141 1.5365 1.5551 1.5713 1.5838""",
    IndexTable.DONEGAN_DODD: """
        0.4914 0.8286 1.0591 1.1797 1.2519 1.3171 1.3733 1.4055 1.4213 1.4497 1.4643 1.4822 1.4969
        1.5078 1.5153 1.5262 1.5313 1.5371""",
}
INDICES: dict[IndexTable, dict[int, float]] = {
    table: {size: float(index) for size, index in enumerate(row.split(), start=3)}
    for table, row in _FROM_SIZE_3.items()
}
"""Table -> size of the matrix -> random index; sizes 1 and 2 cannot be inconsistent and have none."""
