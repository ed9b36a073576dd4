"""How two projects are led by a method, and what leaves the tolerances of a mandate: one exception is decided, one change waits."""

from typing import Any

from sample.telling import REVISE, Move, Put, change, chf, method, project

GATES, EXCEPTIONS = "projects/v1/gates", "projects/v1/exceptions"


def methods() -> list[Move]:
    """The renewal of finance goes the plain way, the data centre that of the confederation."""
    return [
        Move(project("erp"), "apply-method", {"method_id": method("Plain")}),
        Move(
            project("datacentre"),
            "apply-method",
            {"method_id": method("HERMES 2022 project management"), "approach": "classic"},
        ),
    ]


def gates() -> list[Move]:
    """The start of what runs was decided before; two gates are asked for, and say what is missing."""
    return [
        _gate("erp", "acceptance", "prepare"),
        _gate("datacentre", "project_initiation_release", "prepare"),
    ]


def _gate(of: str, code: str, verb: str) -> Move:
    return Move(project(of), verb, among=GATES, having={"code": code})


def changes() -> list[Put]:
    """One that the manager may approve, and one that only the sponsor may."""
    return [
        _change(
            "erp-catalogue", "Pictures in the supplier catalogue", "scope", 0, 18_000,
            "Buyers order the wrong size without them.",
        ),
        _change(
            "erp-pharmacies", "The stores of the pharmacies, too", "scope", 45, 260_000,
            "The old programme of the pharmacies loses its maintenance.",
        ),
    ]  # fmt: skip


def _change(key: str, title: str, kind: str, days: int, cost: int, reason: str) -> Put:
    impact = {"time_days": days, "cost": chf(cost), "explanation": "Offer of the supplier."}
    return Put(
        change(key),
        {"project_id": project("erp"), "title": title, "kind": kind, "reason": reason, "impact": impact},
    )


def decided() -> list[Move]:
    """The forecast of the renewal leaves the tolerance of its mandate as it is signed, and the sponsor accepts it up to a limit."""
    accepted = {
        "decision": "Procurement is finished as it is customised; nothing more is customised.",
        "accepted_up_to": {"cost": chf(4_200_000)},
        "reason": "To go back to the standard would cost a year.",
    }
    return [
        Move(change("erp-catalogue"), "assess"),
        Move(change("erp-pharmacies"), "assess"),
        Move(
            change("erp-catalogue"), "approve", {"reason": "Within what the mandate allows."}, by="bernasconi"
        ),
        _exception(
            REVISE,
            cause="Procurement was customised more than planned.",
            options=[
                {"name": "Finish it as it is", "consequences": "253,500 francs more.", "recommended": True},
                {"name": "Back to the standard", "consequences": "A year more."},
            ],
        ),
        _exception("assess"),
        _exception("decide", by="favre", **accepted),
    ]


def _exception(verb: str, by: str = "", **body: Any) -> Move:
    return Move(project("erp"), verb, body, by=by, among=EXCEPTIONS, having={"axis": "cost"})
