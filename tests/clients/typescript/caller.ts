// A caller as a front-end team writes it, against what openapi-typescript makes of our documents.
// Run with the address of an instance and a token it goes through the calls and prints "done".
import createClient from "openapi-fetch";
import type { components as Finance, paths as FinancePaths } from "./finance.js";
import type { components as Projects, paths as ProjectsPaths } from "./projects.js";
import type { paths as ReportingPaths } from "./reporting.js";
import type { paths as ResourcesPaths } from "./resources.js";
import type { paths as RiskPaths } from "./risk.js";

type Project = Projects["schemas"]["Project"];
type Money = Finance["schemas"]["Money"];

// @ts-expect-error a misspelt member of a request
export const misspelt: Projects["schemas"]["ProjectCreate"] = { name: "ERP", nmae: "ERP" };

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** What stands in a table of projects: every member is there, whatever the project lacks. */
function row(project: Project): [string, string, string | null] {
  return [project.code, project.stage, project.planned_finish_on];
}

export async function walk(baseUrl: string, token: string, other: string): Promise<void> {
  const options = { baseUrl, headers: { Authorization: `Bearer ${token}` } };
  const projects = createClient<ProjectsPaths>(options);
  const resources = createClient<ResourcesPaths>(options);
  const finance = createClient<FinancePaths>(options);
  const risk = createClient<RiskPaths>(options);
  const reporting = createClient<ReportingPaths>(options);

  const made = await projects.POST("/projects/v1/projects", { body: { name: "ERP" } });
  expect(made.data !== undefined, `a project with a name only: ${made.error?.detail}`);
  const id = made.data.id;
  expect(row(made.data)[1] === "proposed", "a project begins as proposed");

  const money: Money = { amount: "1234.50", currency: "CHF" };
  const planned = await projects.PATCH("/projects/v1/projects/{id}", {
    params: { path: { id }, header: { "If-Match": made.response.headers.get("etag") ?? "" } },
    body: { planned_cost: money, planned_start_on: "2026-01-12", planned_finish_on: "2026-11-27", phase: "Design" },
    headers: { "Content-Type": "application/merge-patch+json" },
  });
  expect(planned.data?.planned_cost?.amount === "1234.50", `a patch of some members: ${planned.error?.detail}`);
  const renamed = await projects.PATCH("/projects/v1/projects/{id}", {
    params: { path: { id }, header: { "If-Match": '"2"' } },
    body: { name: "ERP 2", phase: null },
    headers: { "Content-Type": "application/merge-patch+json" },
  });
  expect(renamed.data?.phase === null, "null deletes a member");
  expect(renamed.data?.planned_finish_on === "2026-11-27", "what a patch does not name stays as it is");

  const stale = await projects.POST("/projects/v1/projects/{id}/approve", {
    params: { path: { id }, header: { "If-Match": '"1"' } },
    body: {},
  });
  expect(stale.response.status === 412 && stale.error?.code === "precondition_failed", "a stale version");
  const decider = createClient<ProjectsPaths>({ baseUrl, headers: { Authorization: `Bearer ${other}` } });
  const approved = await decider.POST("/projects/v1/projects/{id}/approve", {
    params: { path: { id }, header: { "If-Match": '"3"' } },
    body: { reason: "Agreed by the steering committee of 1 June." },
  });
  expect(approved.data?.stage === "approved", `a move: ${approved.error?.detail}`);

  const batch = await projects.POST("/projects/v1/projects/batch", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { items: [{ name: "CRM" }, { name: "Payroll", external_ref: { source: "erp", id: "P/1" } }] },
  });
  expect(batch.data?.items.every((item) => item.status === 201) === true, "a batch");
  const position = batch.response.headers.get("portolan-position") ?? "";

  const page = await projects.GET("/projects/v1/projects", {
    params: { query: { stage: ["approved", "proposed"], sort: "-updated_at", limit: 2 } },
  });
  expect(page.data?.items.length === 2 && page.data.next !== undefined, "a page, and where the next one is");
  const narrow = await projects.GET("/projects/v1/projects", { params: { query: { fields: "id,name" } } });
  expect(narrow.data !== undefined && !("stage" in (narrow.data.items[0] ?? {})), "a page of some members");

  const person = await resources.POST("/resources/v1/persons", { body: { name: "Mara Keller" } });
  expect(person.data !== undefined, `a person: ${person.error?.detail}`);
  const vendor = await finance.POST("/finance/v1/vendors", { body: { name: "Netzwerk AG" } });
  expect(vendor.data !== undefined, `a vendor: ${vendor.error?.detail}`);
  const named = await risk.POST("/risk/v1/risks", { body: { project_id: id, title: "End of support" } });
  expect(named.data?.score === null, `a risk without a rating: ${named.error?.detail}`);

  const byKey = { source: "erp", external_id: "P/1" };
  const payroll = await projects.GET("/projects/v1/projects/by-ref/{source}/{external_id}", { params: { path: byKey } });
  expect(payroll.data?.name === "Payroll", `read by its key: ${payroll.error?.detail}`);
  const etag = payroll.response.headers.get("etag") ?? "";
  const same = await projects.GET("/projects/v1/projects/{id}", {
    params: { path: { id: payroll.data.id }, header: { "If-None-Match": etag } },
  });
  expect(same.response.status === 304, "a conditional read");
  const news = await projects.GET("/projects/v1/events", { params: { query: { after: "0", limit: 100 } } });
  const first = news.data?.items.find((event) => event.subject === id);
  expect(first !== undefined && first.data.version === 1, "an event of the feed, with its members");

  const wrong = await projects.POST("/projects/v1/projects", { body: { name: "" } });
  expect(wrong.error?.errors?.[0]?.pointer === "/name", "a problem that names the member");
  const overview = await reporting.GET("/reporting/v1/projects", {
    params: { query: { limit: 10 }, header: { "Portolan-After": position } },
  });
  expect(overview.data !== undefined, `the overview: ${overview.error?.detail}`);
}

declare const process: { argv: string[] };
const [, , url, secret, another] = process.argv;
if (url !== undefined && secret !== undefined && another !== undefined) {
  await walk(url, secret, another);
  console.log("done");
}
