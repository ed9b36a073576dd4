"""The five chapters: half a year, a quarter, a month and a week ago, and today."""

from datetime import date

from sample import (
    control,
    demand,
    envelopes,
    mandates,
    money,
    papers,
    people,
    plans,
    portfolio,
    priorities,
    quality,
    rates,
    risks,
    steering,
    work,
)
from sample.telling import (
    Chapter,
    Day,
    Move,
    Put,
    business_case,
    change,
    chf,
    days_from,
    deliverable,
    project,
    risk,
)


def chapters(today: date) -> list[Chapter]:
    day = days_from(today)
    return [
        _half_a_year_ago(day, today),
        _a_quarter_ago(day),
        _a_month_ago(day, today),
        _a_week_ago(day, today),
        _today(day),
    ]


def _half_a_year_ago(day: Day, today: date) -> Chapter:
    """The portfolio is taken over as it stood, ten projects at their stages."""
    return Chapter(
        180,
        "The portfolio is taken over",
        [
            *people.vendors(),
            *people.units(),
            *people.roles(),
            *people.persons(),
            *people.heads(),
            *rates.rates(today),
            *portfolio.portfolios(),
            *portfolio.programmes(),
            *demand.objectives(today.year),
            *demand.orientations(day),
            *portfolio.projects(day, *portfolio.RUNNING),
            *mandates.roles(day, *portfolio.RUNNING),
            *work.breakdown(day),
            *plans.plans(day),
            *control.milestones(day),
            *quality.deliverables(day),
            *money.budget_lines(today),
            *envelopes.envelopes(today),
            *envelopes.estimates(today),
            *quality.cases(today.year),
            *money.contracts(day),
            *money.spent(day, 0),
            *money.forecasts(day, 0, {
                "epr": (6_850_000, "The interfaces need a specialist more."),
                "telephony": (742_000, "Sets cost more than tendered."),
            }),
            *people.bookings(day, people.BOOKINGS),
            *risks.risks(risks.RISKS),
            *risks.assessments(day, 180, {"epr": (4, "Ambitious, well led."), "erp": (4, "On its way.")}),
        ],
        [
            *demand.adopted(),
            *envelopes.approvals(today),
            *envelopes.baselines(),
            *quality.approved_cases(),
            *quality.submitted("epr-concept", "Concept 1.0", "review"),
            *quality.submitted("network-zones", "Zones 1.0", "review"),
            *work.progress(0),
            *plans.scheduled("epr", "portal"),
            risks.assess("epr-interfaces", 2, 4),
            risks.assess("erp-closing", 2, 3),
            risks.assess("servicedesk-tickets", 3, 2),
            risks.monitor("servicedesk-tickets"),
            risks.assess("hr-data", 2, 4),
            risks.monitor("hr-data"),
        ],
        health={"telephony": "amber"},
    )  # fmt: skip


def _a_quarter_ago(day: Day) -> Chapter:
    """Telephony is stopped, the network begins, the record becomes dearer."""
    return Chapter(
        90,
        "One project is stopped, two begin",
        [
            *portfolio.projects(day, "datacentre"),
            *demand.requests(day, "rota", "alarms"),
            *priorities.model(),
            *control.stopped(day),
            *plans.first_baseline(),
            *quality.first_verdicts(day),
            *quality.requirements(),
            Put(project("epr"), {"forecast_finish_on": day(175)}),
            Put(project("network"), {"actual_start_on": day(-155)}),
            Put(project("imaging"), {"actual_start_on": day(-150)}),
            Put(project("telephony"), {"actual_finish_on": day(-92), "forecast_finish_on": day(-92)}),
            *money.spent(day, 1),
            *money.forecasts(day, 1, {
                "epr": (7_200_000, "Configuration takes a quarter longer than estimated."),
                "telephony": (588_000, "Stopped: what was spent."),
                "workplace": (2_700_000, "A better price for the second lot."),
            }),
            *risks.assessments(day, 90, {
                "epr": (3, "Interfaces are the critical path."), "network": (3, "A late start."),
            }),
        ],
        [
            *work.progress(1),
            *plans.agreed("epr-1", "What was tendered is what is agreed."),
            *quality.agreed("epr-fast", "epr-complete", "epr-offline", "network-alarms"),
            *quality.submitted("epr-concept", "Concept 1.1", "review"),
            *demand.moves("rota", "submit", "screen", "qualify"),
            *demand.moves("alarms", "submit", "screen"),
            priorities.activation(),
            *control.achieved(day, epr_design=-147, network_zones=-118),
            Move(project("network"), "activate", {"reason": "The zones are designed."}),
            Move(project("imaging"), "activate", {"reason": "The tender is decided."}),
            Move(project("telephony"), "discontinue", {"reason": "The workplace contract covers it."}),
            risks.assess("workplace-supply", 4, 3),
            risks.assess("network-devices", 2, 4),
            risks.monitor("network-devices"),
            risks.monitor("epr-interfaces"),
        ],
        health={"epr": "amber", "workplace": "amber"},
    )  # fmt: skip


def _a_month_ago(day: Day, today: date) -> Chapter:
    """The service desk is closed, imaging is on hold, and the record is red."""
    return Chapter(
        30,
        "The service desk is handed over, imaging is put on hold",
        [
            *demand.requests(day, "backup", "consent"),
            *control.rehearsal(day),
            *plans.second_rehearsal(),
            *plans.reported(
                day, epr_specification=(-180, 100), epr_laboratory=(-125, 55), epr_imaging=(-130, 60),
                epr_core=(-178, 80), portal_login=(-175, 85),
            ),
            *plans.finished(day, epr_specification=-135),
            *quality.verdicts_on_concepts(day),
            *control.expected(day, epr_first=125, erp_closing=74),
            Put(project("epr"), {"forecast_finish_on": day(200)}),
            Put(project("portal"), {"forecast_finish_on": day(100)}),
            Put(project("imaging"), {"forecast_finish_on": day(215)}),
            Put(project("erp"), {"forecast_finish_on": day(104)}),
            Put(project("workplace"), {"forecast_finish_on": day(188)}),
            Put(project("servicedesk"), {"actual_finish_on": day(-40), "forecast_finish_on": day(-40)}),
            *money.spent(day, 2),
            *money.forecasts(day, 2, {
                "epr": (7_520_000, "Migration of the old records needs a second rehearsal."),
                "erp": (4_153_500, "Procurement is customised more than planned."),
                "portal": (1_480_000, "Identification twice: card and app."),
                "imaging": (1_862_000, "The tender was won for less."),
                "servicedesk": (548_000, "Final."),
            }),
            *people.bookings(day, [people.REQUESTED_BOOKINGS[0]]),
            *priorities.scorings(),
            *risks.risks({k: v for k, v in risks.LATER.items() if k != "decisions-evidence"}),
            *risks.assessments(day, 30, {
                "epr": (2, "Cost and time leave their limits."), "imaging": (2, "Waits for a supplier."),
            }),
        ],
        [
            *work.progress(2),
            Move(change("epr-rehearsal"), "assess"),
            Move(change("epr-rehearsal"), "approve", {"reason": "An incomplete record endangers patients."}),
            *plans.scheduled("epr", "portal"),
            *quality.lifted("epr-concept-2", "Chapter 7 of concept 1.2", "Decision of the medical board"),
            *quality.submitted("epr-interfaces", "Release 2.3", "review"),
            *quality.submitted("network-telemetry", "Release 1.0", "review"),
            Move(deliverable("epr-kiosk"), "drop", {"reason": "Patients register with the app."}),
            *demand.moves("rota", "approve", reason="It pays for itself within two years."),
            *demand.moves("alarms", "defer", reason="The network comes first."),
            *demand.moves("backup", "submit", "screen", "qualify"),
            *demand.moves("consent", "submit"),
            *priorities.submissions(),
            Move(project("datacentre"), "approve", {"reason": "The leases end; the committee agreed."}),
            Move(project("imaging"), "put-on-hold", {"reason": "The supplier's certificate is open."}),
            Move(project("servicedesk"), "start-closing", {"reason": "Handed over to operations."}),
            Move(risk("servicedesk-tickets"), "close", {"reason": "All tickets came with their history."}),
            Move(project("servicedesk"), "close", {"reason": "Accepted; lessons are written."}),
            *money.moves_of_next_year(today, "submit", {
                **dict.fromkeys(("epr", "erp", "workplace", "cloud"), ("capex", "opex")),
            }),
            risks.assess("imaging-certificate", 3, 3),
            risks.assess("cloud-discount", 3, 2),
            risks.assess("epr-interfaces", 3, 4),
        ],
        health={"epr": "red", "portal": "amber", "erp": "amber", "imaging": "amber", "workplace": "amber"},
    )  # fmt: skip


def _a_week_ago(day: Day, today: date) -> Chapter:
    """A medical device stopped behind the new rules; self-service is being closed; a new idea comes in."""
    return Chapter(
        7,
        "A risk occurs in the network, a pilot is proposed",
        [
            *portfolio.projects(day, "decisions"),
            *demand.requests(day, "speech", "beds"),
            *priorities.order(),
            *plans.second_baseline(),
            *control.expected(day, epr_first=140, network_telemetry=80),
            *control.actions(day),
            *quality.verdicts_on_systems(day),
            Put(project("epr"), {"forecast_finish_on": day(212)}),
            Put(project("network"), {"forecast_finish_on": day(135)}),
            Put(project("cloud"), {"forecast_finish_on": day(24)}),
            Put(project("hr"), {"actual_finish_on": day(-12), "forecast_finish_on": day(-12)}),
            *money.spent(day, 3),
            *money.forecasts(day, 3, {
                "epr": (7_616_000, "Parallel operation of the laboratory until the interface is there."),
                "hr": (604_000, "Final."),
                "cloud": (838_000, "Less consumption than assumed."),
                "network": (1_016_400, "Telemetry is moved twice."),
            }),
            *people.bookings(day, people.REQUESTED_BOOKINGS[1:]),
            *risks.risks({"decisions-evidence": risks.LATER["decisions-evidence"]}),
            *risks.assessments(day, 7, {
                "network": (1, "Two wards were without telemetry for an hour."), "cloud": (5, "As planned."),
            }),
        ],
        [
            *work.progress(3),
            *plans.agreed("epr-2", "The rehearsal was decided; plan and money follow."),
            *quality.lifted("epr-interfaces-1", "Release 2.4, case 118"),
            Move(deliverable("network-zones"), "integrate", {"into": "The handbook of operations"}),
            *quality.submitted("epr-migration", "Rehearsal 2", "review"),
            *quality.submitted("epr-training", "Course of the wards"),
            Move(business_case("epr"), "confirm", {"reason": "Dearer, and still worth it."}),
            *demand.moves("consent", "screen"),
            *demand.moves("speech", "submit"),
            priorities.publication(),
            Move(project("hr"), "start-closing", {"reason": "In use in all houses."}),
            Move(risk("network-devices"), "occur", {"reason": "Telemetry of two wards stopped."}),
            *money.moves_of_next_year(today, "approve", {"erp": ("capex",), "workplace": ("capex", "opex")}),
        ],
        health={
            "epr": "red", "network": "red",
            **dict.fromkeys(("portal", "erp", "imaging", "workplace"), "amber"),
        },
    )  # fmt: skip


def _today(day: Day) -> Chapter:
    """What came in since: progress, invoices, and a booking that is now firm."""
    return Chapter(
        0,
        "Where it stands",
        [
            *money.spent(day, 4),
            Put(project("decisions"), {"planned_cost": chf(450_000), "forecast_cost": chf(450_000)}),
            *people.logins(),
            *mandates.roles(day, "datacentre", "decisions"),
            *mandates.mandates(day),
            *papers.papers(day),
            *steering.changes(),
            *plans.reported(day, epr_laboratory=(-125, 70), epr_imaging=(-130, 75), epr_core=(-178, 88), portal_login=(-175, 95)),
        ],
        [
            *steering.methods(),
            *work.progress(4),
            *plans.scheduled("epr", "portal"),
            *control.tested(),
            *mandates.signatures(),
            *papers.answers(day),
            *steering.decided(),
            *steering.gates(),
            risks.assess("datacentre-lease", 2, 4), risks.monitor("erp-closing")],
        health={
            "epr": "red", "network": "red",
            **dict.fromkeys(("portal", "erp", "imaging", "workplace"), "amber"),
        },
    )  # fmt: skip
