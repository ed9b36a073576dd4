"""Who leads which project, and what binds it: one mandate is signed, one lacks a signature, one waits for both, one is a draft."""

from typing import Any

from sample.portfolio import WHO
from sample.telling import Day, Move, Put, chf, mandate, person, project, project_role

LED_SINCE = -180
SIGNATORIES = ("sponsor", "project_manager")


def roles(day: Day, *keys: str) -> list[Put]:
    """Sponsor and manager of each of these projects."""
    return [
        Put(
            project_role(f"{key}-{code}"),
            {"project_id": project(key), "role_code": code, "person_id": person(who), "starts_on": day(LED_SINCE)},
        )
        for key in keys
        for code, who in zip(SIGNATORIES, WHO[key][3:], strict=True)
    ]  # fmt: skip


def mandates(day: Day) -> list[Put]:
    """Execution of two that run and one that is approved, initiation of one that is proposed."""
    return [
        _mandate(
            "erp",
            "execution",
            3_900_000,
            title="Finance and procurement renewal: execution",
            scope_in="Ledger, purchasing and payroll of all six hospitals on one system.",
            scope_out="The stores of the pharmacies.",
            plan=[
                {"milestone": "First closing on the new ledger", "due_on": day(30)},
                {"milestone": "All hospitals on it", "due_on": day(90)},
            ],
            tolerances={"time_days": 30, "cost_pct": 5},
            assumptions="The accountants of all hospitals are free for training.",
        ),
        _mandate(
            "portal",
            "execution",
            1_450_000,
            title="Patient portal: execution",
            scope_in="Appointments, findings and bills, readable by the patient.",
            plan=[
                {"milestone": "Pilot with 200 patients", "due_on": day(20)},
                {"milestone": "Open to all", "due_on": day(60)},
            ],
            change_budget=chf(60_000),
            tolerances={"time_days": 20, "cost_pct": 5},
            depends_on=[{"project_id": project("epr"), "what": "Interface to the record", "due_on": day(10)}],
        ),
        _mandate(
            "datacentre",
            "execution",
            4_200_000,
            title="Data centre move: execution",
            scope_in="Both data centres are moved to one site, rack by rack, without a day of standstill.",
            plan=[{"milestone": "Leases given back", "due_on": day(330)}],
            constraints="Both leases end next year.",
        ),
        _mandate(
            "decisions",
            "initiation",
            40_000,
            title="Clinical decision support: initiation",
            scope_in="Which wards take part, and by what the pilot is judged.",
        ),
    ]


def _mandate(key: str, kind: str, budget: int, **members: Any) -> Put:
    signatories = [
        {"person_id": person(who), "role": code} for code, who in zip(SIGNATORIES, WHO[key][3:], strict=True)
    ]
    within = {"project_id": project(key), "kind": kind, "budget": chf(budget), "signatories": signatories}
    return Put(mandate(key), within | members)


def signatures() -> list[Move]:
    """Those who have a login sign; the sponsor of the portal has not yet."""
    submitted = [Move(mandate(key), "submit") for key in ("erp", "portal", "datacentre")]
    return [
        *submitted,
        *(
            Move(mandate(key), "sign", by=who, reads=("content_hash",))
            for key, who in (("erp", "favre"), ("erp", "bernasconi"), ("portal", "rochat"))
        ),
    ]
