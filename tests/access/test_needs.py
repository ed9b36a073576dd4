"""What every operation that changes something needs, typed by hand from the catalogue and asked over HTTP in every role.

The operations come from the applications' own routes: one that stands in no line fails, and so does a need that is lost or
becomes another one.
"""

from collections.abc import Iterator

from shared.base.ids import new_id_text
from tests.access.asking import routes
from tests.conftest import Portolan

REGISTER = (
    "POST {c}",
    "POST {c}/batch",
    "PUT {c}/by-ref/{{source}}/{{external_id}}",
    "PATCH {c}/{{id}}",
    "DELETE {c}/{{id}}",
    "POST {c}/{{id}}/restore",
)
"""What every collection has."""

COLLECTIONS = {
    "write": "projects/memberships projects/portfolios projects/programmes projects/projects projects/work-packages projects/changes projects/exceptions"
    " projects/strategic-objectives projects/requirements projects/objectives projects/orientations"
    " projects/mandates projects/project-roles projects/methods projects/phases projects/gates"
    " projects/scoring-models projects/milestones projects/actions projects/baselines projects/decision-papers projects/activities"
    " projects/dependencies"
    " projects/calendars resources/org-units resources/roles resources/persons resources/allocations"
    " finance/budget-lines finance/envelopes finance/cost-estimates finance/business-cases finance/forecasts finance/actual-costs finance/vendors finance/contracts risk/risks"
    " risk/assessments"
    " projects/rankings"
    " projects/deliverables projects/acceptances",
    "decide": "projects/organisations projects/field-definitions projects/decisions",
    "contribute": "projects/scorings projects/requests "
    + " ".join(
        f"{service}/{kind}"
        for service in ("projects", "resources", "finance", "risk")
        for kind in ("documents", "comments")
    ),
    "write restricted": "finance/rate-cards resources/identities",
}
MOVES = {
    "write": "projects/changes/assess projects/changes/defer projects/changes/approve projects/changes/reject projects/changes/implement projects/changes/verify projects/changes/return projects/changes/close projects/changes/withdraw"
    " projects/exceptions/assess projects/exceptions/decide projects/exceptions/close projects/requirements/agree projects/requirements/reopen projects/requirements/drop"
    " projects/requirements/fulfil projects/objectives/agree projects/objectives/achieve projects/objectives/miss"
    " projects/mandates/submit projects/mandates/return projects/mandates/editions projects/project-roles/end"
    " projects/objectives/drop projects/objectives/reopen projects/orientations/retire"
    " projects/requests/screen projects/requests/return projects/requests/qualify projects/requests/convert"
    " projects/scorings/return projects/scorings/close projects/rankings/discard projects/baselines/reject"
    " projects/scoring-models/retire projects/scoring-models/editions"
    " projects/strategic-objectives/achieve projects/strategic-objectives/retire projects/projects/activate projects/projects/start-closing finance/budget-lines/submit finance/envelopes/close finance/cost-estimates/review finance/cost-estimates/return finance/cost-estimates/baseline finance/cost-estimates/editions"
    " finance/business-cases/review finance/business-cases/return finance/business-cases/editions"
    " resources/allocations/commit resources/allocations/release risk/risks/assess risk/risks/monitor"
    " risk/risks/occur projects/milestones/achieve projects/milestones/reopen projects/milestones/drop"
    " projects/actions/verify projects/actions/return projects/actions/cancel"
    " projects/methods/pilot projects/methods/deprecate projects/methods/editions projects/projects/apply-method"
    " projects/phases/complete projects/phases/reopen projects/phases/skip projects/gates/prepare"
    " projects/gates/withdraw projects/gates/pass projects/gates/pass-with-conditions projects/gates/fail"
    " projects/gates/reopen"
    " projects/deliverables/review projects/deliverables/integrate projects/deliverables/drop"
    " projects/acceptances/lift-reservation"
    " projects/decision-papers/circulate projects/decision-papers/recall projects/decision-papers/withdraw"
    " projects/decision-papers/execute",
    "decide": "projects/mandates/revoke projects/orientations/adopt projects/requests/approve projects/requests/defer projects/requests/reject"
    " projects/strategic-objectives/adopt projects/scoring-models/activate projects/rankings/publish projects/baselines/approve"
    " projects/memberships/grant projects/memberships/revoke projects/field-definitions/activate"
    " projects/field-definitions/retire projects/projects/approve projects/projects/put-on-hold"
    " projects/projects/resume projects/projects/close projects/projects/discontinue finance/budget-lines/approve finance/envelopes/approve finance/envelopes/resize"
    " finance/business-cases/approve finance/business-cases/confirm"
    " finance/budget-lines/return risk/risks/close projects/documents/approve resources/documents/approve"
    " finance/documents/approve risk/documents/approve projects/decisions/revoke projects/methods/publish",
    "contribute": "projects/mandates/sign projects/scorings/submit projects/requests/submit projects/requests/withdraw projects/work-packages/report-progress projects/activities/report-progress "
    "projects/actions/start projects/actions/complete projects/deliverables/submit projects/deliverables/withdraw "
    "projects/approvals/grant projects/approvals/refuse projects/approvals/delegate "
    + " ".join(
        f"{service}/documents/{move}"
        for service in ("projects", "resources", "finance", "risk")
        for move in ("add-version", "review", "return")
    ),
    "operate": "resources/persons/erase",
    "operate restricted": "resources/personal-tokens/revoke",
}
OTHERS = {
    "write": "PUT /projects/v1/projects/{id}/plan|POST /projects/v1/projects/{id}/plan-files|POST /projects/v1/projects/{id}/schedule|POST /projects/v1/schedules/trial|POST /risk/v1/simulations/trial|POST /reporting/v1/selections/trial",
    "write restricted": "POST /resources/v1/identities/of-login",
    "import": "|".join(
        f"POST /{service}/v1/history-import/{act}"
        for service in ("projects", "resources", "finance", "risk")
        for act in ("batch", "end")
    ),
    "operate": "POST /reporting/v1/mails/retry|POST /reporting/v1/mails/test|POST /reporting/v1/mail-bounces",
}
EVERYWHERE = {
    "operate": "dead-letters/{id}/discard dead-letters/{id}/retry revocations",
    "write": "operations/{id}/cancel",
}
"""What every service has."""
WHOEVER = {
    "PUT /reporting/v1/me/mail",
    "POST /reporting/v1/me/sessions/end",
    "DELETE /reporting/v1/me/sessions/{id}",
    "POST /resources/v1/me/tokens",
    "DELETE /resources/v1/me/tokens/{id}",
    "POST /reporting/v1/imports",
    "POST /reporting/v1/imports/{id}/add-entries",
    "POST /reporting/v1/imports/{id}/add-outcomes",
    "POST /reporting/v1/imports/{id}/end",
    "POST /reporting/v1/imports/{id}/resume",
}
"""What concerns nobody but the caller: a token is enough."""

EVERY = ("projects", "resources", "finance", "risk", "reporting")
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "director": dict.fromkeys(("write", "contribute", "decide", "restricted", "operate"), EVERY),
    "manager": {"write": EVERY, "contribute": EVERY, "decide": ("risk", "resources")},
    "controller": {"contribute": EVERY, "write": ("finance",), "decide": ("finance",), "restricted": ("finance",)},
    "member": {"contribute": EVERY, "write": ("risk",)},
    "viewer": {},
    "participant": {},
}  # fmt: skip
"""Of each role: verb -> the services where it has it."""


def operations() -> Iterator[tuple[str, str, set[str]]]:
    """(operation, service, the verbs that it needs) of the tables above."""
    for needs, names in COLLECTIONS.items():
        for name in names.split():
            service, collection = name.split("/")
            for operation in REGISTER:
                yield operation.format(c=f"/{service}/v1/{collection}"), service, set(needs.split())
    for needs, names in MOVES.items():
        for name in names.split():
            service, collection, move = name.split("/")
            yield f"POST /{service}/v1/{collection}/{{id}}/{move}", service, set(needs.split())
    for needs, names in OTHERS.items():
        for operation in names.split("|"):
            yield operation, operation.split("/")[1], set(needs.split())
    for service in EVERY:
        for needs, names in EVERYWHERE.items():
            for name in names.split():
                yield f"POST /{service}/v1/{name}", service, {needs}
        if service != "reporting":
            yield f"POST /{service}/v1/files", service, {"contribute"}
    for operation in WHOEVER:
        yield operation, operation.split("/")[1], set()


def changing(portolan: Portolan) -> set[str]:
    """The operations of the applications that change something and are no pages, for callers with a token."""
    return {
        f"{method} {path}"
        for method in ("POST", "PUT", "PATCH", "DELETE")
        for path, route in routes(portolan, method).items()
        if route.is_documented and not route.operation.public
    }


async def test_every_operation_that_changes_something_stands_in_the_table(portolan: Portolan) -> None:
    names = [operation for operation, _, _ in operations()]
    assert len(names) == len(set(names))
    assert changing(portolan) == set(names)


async def test_an_operation_is_refused_to_a_role_that_lacks_what_it_needs_and_to_no_other(
    portolan: Portolan,
) -> None:
    wrong = []
    for role, verbs in ROLES.items():
        client = portolan(role)
        for operation, service, needs in operations():
            method, path = operation.split(" ")
            url = path.format(id=new_id_text(), source="nowhere", external_id="1")
            patches = "application/merge-patch+json" if method == "PATCH" else "application/json"
            headers = {"If-Match": '"1"', "Idempotency-Key": new_id_text(), "Content-Type": patches}
            answer = await client.request(method, url, content=b"{}", headers=headers)
            assert answer.status_code != 401, operation
            is_refused = answer.status_code == 403 and answer.json()["code"] == "scope_missing"
            if is_refused == all(service in verbs.get(need, ()) for need in needs):
                wrong.append((role, operation, answer.status_code))
    assert wrong == []
