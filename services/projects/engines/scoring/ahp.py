"""The analytic hierarchy process: `priorities` are weights from pairwise judgements, with their consistency.

Source: T. Saaty, *The Analytic Hierarchy Process* (1980). a_ij says how many times more i counts than j; the
weights are the principal eigenvector w of A w = lambda_max w, summing to 1.

    CI = (lambda_max - n) / (n - 1)      CR = CI / RI      acceptable up to 0.10
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from decimal import Decimal
from math import log

from services.projects.engines.scoring.options import option
from services.projects.engines.scoring.random_index import INDICES, IndexTable
from shared.base.exact import Number, exact, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

MOST_ITEMS = 50
ACCEPTABLE = 0.10
_RECIPROCITY = 0.05  # a judgement of 9 is often answered by 0.11 or 0.1, written short
_LARGEST_JUDGEMENT = 1000
_PLACES = 12
_SQUARINGS = 64

Matrix = Sequence[Sequence[Number]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """The judgement that agrees least with the weights: what was said, and what the weights would say."""

    of: str
    over: str
    judged: Decimal
    implied: Decimal


@dataclass(frozen=True, slots=True)
class Priorities:
    """Weights (summing to 1) and the consistency of the judgements, with the table it was measured by.

    `consistency_ratio` is 0 for up to two items, and None (with `reason`) for more than the table covers.
    `doubt` is given where the judgements are not perfectly consistent.
    """

    weights: dict[str, Decimal]
    lambda_max: Decimal
    consistency_index: Decimal
    consistency_ratio: Decimal | None
    acceptable: bool | None
    table: IndexTable
    random_index: Decimal | None
    doubt: Doubt | None = None
    reason: str | None = None


def priorities(
    items: Sequence[str],
    judgements: Matrix,
    table: IndexTable = IndexTable.SAATY_2005,
    pointer: str = "/judgements",
) -> Priorities:
    """The weights of the items from a full reciprocal matrix in their order.

    Raises `Invalid`, which names the judgement, for a matrix that is not square or not positive, or has no 1 on
    its diagonal. It must also be reciprocal: a_ij x a_ji within 5 % of 1, so that 9 may be answered by 0.11.
    More than 50 items are refused too.
    """
    table = option(IndexTable, table, "/table")
    matrix = _read(items, judgements, pointer)
    size = len(items)
    weights = _eigenvector(matrix)
    lambda_max = max(sum(_times(matrix, weights)), float(size))
    index = (lambda_max - size) / (size - 1) if size > 1 else 0.0
    random_index = INDICES[table].get(size)
    ratio = 0.0 if size <= 2 else index / random_index if random_index else None
    return Priorities(
        weights={item: _decimal(weight) for item, weight in zip(items, weights, strict=True)},
        lambda_max=_decimal(lambda_max),
        consistency_index=_decimal(index),
        consistency_ratio=None if ratio is None else _decimal(ratio),
        acceptable=None if ratio is None else ratio <= ACCEPTABLE,
        table=table,
        random_index=None if random_index is None else Decimal(str(random_index)),
        doubt=_doubt(items, matrix, weights),
        reason=Text("{table} has no index for {size} items", table=table, size=size)
        if ratio is None
        else None,
    )


def _read(items: Sequence[str], judgements: Matrix, pointer: str) -> list[list[float]]:
    if not isinstance(items, str):  # of which the letters are the items
        refuse_mistyped(items, Sequence[str], "/items")
    size = len(items)
    if not 1 <= size <= MOST_ITEMS:
        raise refused(
            "size_out_of_range",
            Text("{size} items: from 1 to {most_items} can be compared", size=size, most_items=MOST_ITEMS),
            pointer,
        )
    if len(set(items)) < size:
        raise refused("duplicate_code", "an item appears twice", pointer)
    if not _has(size, judgements) or not all(_has(size, row) for row in judgements):
        raise refused(
            "not_square", Text("{size} items need {size} rows of {size} judgements", size=size), pointer
        )
    matrix = [
        [_judgement(a, f"{pointer}/{i}/{j}") for j, a in enumerate(row)] for i, row in enumerate(judgements)
    ]
    for i in range(size):
        for j in range(i + 1):
            _refuse_one_sided(matrix, items, i, j, f"{pointer}/{i}/{j}")
    return matrix


def _has(size: int, row: object) -> bool:
    return isinstance(row, Sized) and len(row) == size


def _judgement(number: Number, pointer: str) -> float:
    value = float(exact(number, pointer))
    if not 1 / _LARGEST_JUDGEMENT <= value <= _LARGEST_JUDGEMENT:
        raise refused(
            "judgement_out_of_range", Text("{number} is not between 1/1000 and 1000", number=number), pointer
        )
    return value


def _refuse_one_sided(matrix: list[list[float]], items: Sequence[str], i: int, j: int, pointer: str) -> None:
    if i == j and matrix[i][i] != 1:
        raise refused(
            "diagonal_not_one",
            Text(
                "{items} counts as much as itself, not {matrix:g} times", items=items[i], matrix=matrix[i][i]
            ),
            pointer,
        )
    if abs(matrix[i][j] * matrix[j][i] - 1) > _RECIPROCITY:
        detail = Text(
            "{items} over {items_2} is {matrix:g}, the other way round {matrix_2:g}",
            items=items[i],
            items_2=items[j],
            matrix=matrix[i][j],
            matrix_2=matrix[j][i],
        )
        raise refused("not_reciprocal", detail, pointer)


def _eigenvector(matrix: list[list[float]]) -> list[float]:
    """The principal eigenvector, summing to 1: the row sums of ever higher powers of the matrix."""
    power, weights = matrix, _normalised([sum(row) for row in matrix])
    for _ in range(_SQUARINGS):
        power = _squared(power)
        before, weights = weights, _normalised([sum(row) for row in power])
        if max(abs(a - b) for a, b in zip(before, weights, strict=True)) < 1e-15:
            break
    return _normalised(_times(matrix, weights))


def _squared(matrix: list[list[float]]) -> list[list[float]]:
    """The square, scaled so that powers of it stay in range."""
    columns = list(zip(*matrix, strict=True))
    square = [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in matrix]
    largest = max(map(max, square))
    return [[value / largest for value in row] for row in square]


def _times(matrix: list[list[float]], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _normalised(vector: list[float]) -> list[float]:
    total = sum(vector)
    return [value / total for value in vector]


def _doubt(items: Sequence[str], matrix: list[list[float]], weights: list[float]) -> Doubt | None:
    pairs = [(i, j) for i in range(len(items)) for j in range(i)]
    if not pairs:
        return None
    i, j = max(
        pairs, key=lambda pair: abs(log(matrix[pair[0]][pair[1]] * weights[pair[1]] / weights[pair[0]]))
    )
    judged, implied = matrix[i][j], weights[i] / weights[j]
    if abs(log(judged / implied)) < 1e-9:
        return None
    if judged < 1:
        i, j, judged, implied = j, i, matrix[j][i], 1 / implied
    return Doubt(items[i], items[j], _decimal(judged), _decimal(implied))


def _decimal(value: float) -> Decimal:
    return round(Decimal(value), _PLACES).normalize() + 0
