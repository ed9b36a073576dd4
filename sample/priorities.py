"""What goes first: a scoring model, what two assessors think of the projects of the applications, and the published order."""

from sample.telling import Move, Put, person, portfolio, project, ranking, scoring, scoring_model

MODEL = scoring_model("benefit")
NEXT_YEAR = ranking("applications")
SCORES = {
    "epr": {"meier": (5, 2, 5), "favre": (5, 2, 4)},
    "portal": {"meier": (4, 4, 3), "favre": (4, 3, 3)},
    "imaging": {"meier": (3, 4, 2), "favre": (4, 4, 3)},
    "erp": {"meier": (2, 3, 4), "favre": (3, 4, 4)},
    "hr": {"meier": (2, 5, 1), "favre": (2, 5, 2)},
}
"""Project -> assessor -> benefit, feasibility and cost, from 1 to 5."""


def model() -> list[Put]:
    criteria = [
        {"name": "Benefit for patients and staff", "weight": 3},
        {"name": "Feasibility", "weight": 2},
        {"name": "Cost", "weight": 1, "direction": "lower_is_better"},
    ]
    body = {"name": "Benefit, feasibility, cost", "method": "weighted", "criteria": criteria}
    return [Put(MODEL, body | {"scale": {"lowest": 1, "highest": 5}})]


def activation() -> Move:
    return Move(MODEL, "activate", {"reason": "Agreed by the heads of applications."})


def scorings() -> list[Put]:
    names = [one["name"] for one in model()[0].body["criteria"]]
    return [
        Put(
            scoring(f"{key}-{who}"),
            {
                "model_id": MODEL,
                "subject": "project",
                "subject_id": project(key),
                "assessor_id": person(who),
                "scores": [
                    {"criterion": name, "value": value} for name, value in zip(names, values, strict=True)
                ],
            },
        )
        for key, by_assessor in SCORES.items()
        for who, values in by_assessor.items()
    ]


def submissions() -> list[Move]:
    return [
        Move(scoring(f"{key}-{who}"), "submit") for key, by_assessor in SCORES.items() for who in by_assessor
    ]


def order() -> list[Put]:
    body = {"name": "Applications: what goes first", "model_id": MODEL}
    return [Put(NEXT_YEAR, body | {"portfolio_id": portfolio("applications")})]


def publication() -> Move:
    return Move(NEXT_YEAR, "publish", {"reason": "The basis of next year's budget."})
