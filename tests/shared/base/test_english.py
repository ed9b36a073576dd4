"""Names are told with the article that people say before them."""

import pytest

from shared.base.english import with_article


@pytest.mark.parametrize(
    "phrase",
    [
        "an allocation", "an actual cost", "an assessment", "an invoice", "an estimate", "an identity",
        "an update", "an hour", "an honorarium", "an umbrella", "an uninvoiced cost", "an ECB rate",
        "a risk", "a unit", "a use case", "a user", "a universal rule", "a European rate", "a one-off cost",
        "a utility", "a history", "a Unit",
    ],
)  # fmt: skip
def test_the_article_goes_by_the_first_sound(phrase: str) -> None:
    article, noun = phrase.split(" ", 1)
    assert with_article(noun) == f"{article} {noun}"
