"""Portfolios, programmes and projects, as they stood half a year ago."""

from typing import Any

from sample.telling import Day, Put, chf, person, portfolio, programme, project


def portfolios() -> list[Put]:
    """Three, one within another; infrastructure is held to narrower limits than the rest."""
    narrow = {"cost_amber_pct": 5.0, "cost_red_pct": 10.0, "time_amber_days": 20, "time_red_days": 60}
    infrastructure = {
        "name": "Infrastructure and workplace",
        "owner_id": person("zurcher"),
        "thresholds": narrow,
    }
    care = {"name": "Patient journey", "owner_id": person("meier"), "parent_id": portfolio("applications")}
    return [
        Put(portfolio("applications"), {"name": "Applications", "owner_id": person("favre")}),
        Put(portfolio("infrastructure"), infrastructure),
        Put(portfolio("care"), care | {"description": "From the referral to the discharge, one record."}),
    ]


def programmes() -> list[Put]:
    record = {"name": "One patient record", "portfolio_id": portfolio("care"), "manager_id": person("keller")}
    leave = {
        "name": "Data centre exit",
        "portfolio_id": portfolio("infrastructure"),
        "manager_id": person("favre"),
    }
    return [
        Put(programme("record"), record | {"description": "One in all six hospitals, open to the patient."}),
        Put(programme("exit"), leave | {"description": "Both data centres are given up with their leases."}),
    ]


RUNNING = (
    "epr",
    "portal",
    "imaging",
    "erp",
    "hr",
    "workplace",
    "network",
    "cloud",
    "servicedesk",
    "telephony",
)
"""The projects that were there already."""

WHO = {
    "epr": ("Electronic patient record", "care", "record", "meier", "keller"),
    "portal": ("Patient portal", "care", "record", "meier", "rochat"),
    "imaging": ("Imaging archive consolidation", "care", None, "meier", "keller"),
    "decisions": ("Clinical decision support pilot", "care", None, "meier", "keller"),
    "erp": ("Finance and procurement renewal", "applications", None, "favre", "bernasconi"),
    "hr": ("Staff self-service", "applications", None, "favre", "yilmaz"),
    "workplace": ("Workplace renewal", "infrastructure", None, "zurcher", "bernasconi"),
    "network": ("Network segmentation", "infrastructure", None, "zurcher", "rochat"),
    "cloud": ("Cloud landing zone", "infrastructure", "exit", "zurcher", "wyss"),
    "datacentre": ("Data centre move", "infrastructure", "exit", "zurcher", "wyss"),
    "servicedesk": ("Service desk platform", "infrastructure", None, "favre", "rochat"),
    "telephony": ("Telephony replacement", "infrastructure", None, "zurcher", "rochat"),
}
"""Project -> name, portfolio, programme, sponsor, manager."""

WHAT = {
    "epr": ("active", "realisation", -330, 150, 6_800_000),
    "portal": ("active", "realisation", -260, 60, 1_450_000),
    "imaging": ("approved", "concept", -170, 170, 1_900_000),
    "decisions": ("proposed", "initialisation", 60, 300, 480_000),
    "erp": ("active", "realisation", -400, 90, 3_900_000),
    "hr": ("active", "deployment", -300, -10, 620_000),
    "workplace": ("active", "deployment", -200, 200, 2_750_000),
    "network": ("approved", "concept", -160, 120, 980_000),
    "cloud": ("active", "realisation", -210, 30, 860_000),
    "datacentre": ("proposed", "initialisation", 20, 330, 4_200_000),
    "servicedesk": ("active", "deployment", -350, -45, 540_000),
    "telephony": ("active", "realisation", -320, -60, 700_000),
}
"""Project -> stage and phase when it is first told, planned start and finish, planned cost in francs."""


def projects(day: Day, *keys: str) -> list[Put]:
    """What was planned is also what is forecast, until a later chapter knows better."""
    return [Put(project(key), _whose(key) | _planned(key, day)) for key in keys]


def _whose(key: str) -> dict[str, Any]:
    name, within, part_of, sponsor, manager = WHO[key]
    return {
        "name": name,
        "portfolio_id": portfolio(within),
        **({"programme_id": programme(part_of)} if part_of else {}),
        "sponsor_id": person(sponsor),
        "manager_id": person(manager),
    }


def _planned(key: str, day: Day) -> dict[str, Any]:
    stage, phase, start, finish, planned = WHAT[key]
    return {
        "stage": stage,
        "phase": phase,
        "planned_start_on": day(start),
        "planned_finish_on": day(finish),
        "forecast_finish_on": day(finish),
        "planned_cost": chf(planned),
        "forecast_cost": chf(planned),
        **({"actual_start_on": day(start)} if stage == "active" else {}),
    }
