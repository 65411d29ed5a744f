import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deploymentStates } from "../../server/model/deployment/moves.ts";
import type { DeploymentId, InstallationId } from "../../server/model/names/ids.ts";
import type { Store } from "../../server/ports/store/store.ts";
import { aUser } from "../contracts/store/access/people.ts";
import { anInstallation, claimed, enqueued, ready } from "../contracts/store/lifecycle.ts";
import { at } from "../model/a-deployment.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";

// The tables refuse what the model does not allow, even from psql or from a Baton with a bug.

let database: ScratchDatabase;
let store: Store;
let installation: InstallationId;

beforeAll(async () => {
  database = await scratchDatabase();
  store = database.store;
  installation = await anInstallation(store);
});
afterAll(() => database.remove());

const spec = { commit: "a".repeat(40), stacks: [], routes: [], variables: "" };
const now = at.toISOString();

/** Valid rows, one for each state; each case below breaks them in one place. */
const allowed = {
  queued: { status: "queued" },
  "asked to stop while it builds": {
    status: "building",
    attempt: 1,
    started_at: now,
    cancel_requested_at: now,
  },
  "asked to stop while it starts": {
    ...{ status: "deploying", step: "start", attempt: 1, started_at: now, spec, cancel_requested_at: now },
  },
  building: { status: "building", attempt: 1, started_at: now },
  start: { status: "deploying", step: "start", attempt: 1, started_at: now, spec },
  watch: { status: "deploying", step: "watch", attempt: 1, started_at: now, live_at: now, spec },
  ready: { status: "ready", attempt: 1, started_at: now, live_at: now, ready_at: now, spec },
  failed: { status: "failed", attempt: 1, started_at: now, finished_at: now, failure: {} },
  stopped: { status: "stopped", finished_at: now, reason: "cancelled" },
  "stopped by hand": {
    status: "stopped",
    attempt: 1,
    started_at: now,
    live_at: now,
    ready_at: now,
    finished_at: now,
    reason: "stopped by hand",
    spec,
  },
};

const write = (row: object) =>
  // The transaction is rolled back, so that every case starts with an empty table.
  database.sql
    .begin(async (sql) => {
      const values = {
        installation_id: installation,
        number: 1,
        trigger: "push",
        variables_from: "now",
        created_at: now,
      };
      await sql`insert into deployments ${sql({ ...values, ...row })}`;
      throw new Error("it was allowed");
    })
    .catch((error: Error) => error.message);

describe("a deployment's row", () => {
  it.each(Object.entries(allowed))("may be %s", async (_, row) => {
    expect(await write(row)).toBe("it was allowed");
  });

  it.each<[string, object, string]>([
    ["of no known status", { ...allowed.building, status: "paused" }, "deployments_status"],
    ["of no known trigger", { ...allowed.queued, trigger: "cron" }, "deployments_trigger"],
    ["queued with a start", { ...allowed.queued, started_at: now }, "deployments_not_started"],
    ["queued with a spec", { ...allowed.queued, spec }, "deployments_no_spec"],
    ["queued with a step", { ...allowed.queued, step: "start" }, "deployments_step"],
    ["building without a claim", { ...allowed.building, attempt: 0 }, "deployments_claimed"],
    ["building without a start", { ...allowed.building, started_at: null }, "deployments_started"],
    ["deploying without a step", { ...allowed.start, step: null }, "deployments_step"],
    ["deploying at an unknown step", { ...allowed.start, step: "somewhere" }, "deployments_step_known"],
    ["deploying without a spec", { ...allowed.start, spec: null }, "deployments_spec"],
    ["live before the switch", { ...allowed.start, live_at: now }, "deployments_not_live"],
    ["watched and not live", { ...allowed.watch, live_at: null }, "deployments_live"],
    ["ready without having been live", { ...allowed.ready, live_at: null }, "deployments_"],
    ["ready without the moment", { ...allowed.ready, ready_at: null }, "deployments_ready"],
    ["ready without a spec", { ...allowed.ready, spec: null }, "deployments_"],
    ["ready and finished", { ...allowed.ready, finished_at: now }, "deployments_finished"],
    ["failed without a failure", { ...allowed.failed, failure: null }, "deployments_failure"],
    ["failed without an end", { ...allowed.failed, finished_at: null }, "deployments_finished"],
    ["failed after it was ready", { ...allowed.failed, spec, live_at: now, ready_at: now }, "deployments_was_ready"],
    ["stopped without a reason", { ...allowed.stopped, reason: null }, "deployments_reason"],
    ["stopped for an unknown reason", { ...allowed.stopped, reason: "boredom" }, "deployments_reason_known"],
    ["cancelled after it was ready", { ...allowed["stopped by hand"], reason: "cancelled" }, "deployments_was_ready"],
    [
      "in the place of another without being live",
      { ...allowed.queued, id: 9, replaced_id: 9 },
      "deployments_replaced",
    ],
    ["in its own place", { ...allowed.watch, id: 9, replaced_id: 9 }, "deployments_replaced_another"],
    ["with half a commit", { ...allowed.queued, commit_sha: "a".repeat(40) }, "deployments_commit"],
    [
      "with an abbreviated commit",
      { ...allowed.queued, commit_sha: "abcdef0", commit_message: "", commit_author: "" },
      "deployments_commit",
    ],
    ["queued and asked to stop", { ...allowed.queued, cancel_requested_at: now }, "deployments_cancel_requested"],
    [
      "cut over and asked to stop",
      { ...allowed.start, step: "cut-over", cancel_requested_at: now },
      "deployments_cancel_requested",
    ],
    ["watched and asked to stop", { ...allowed.watch, cancel_requested_at: now }, "deployments_cancel_requested"],
    ["ready and asked to stop", { ...allowed.ready, cancel_requested_at: now }, "deployments_cancel_requested"],
    ["number 0", { ...allowed.queued, number: 0 }, "deployments_counters"],
  ])("may not be %s", async (_, row, constraint) => {
    expect(await write(row)).toContain(`violates check constraint "${constraint}`);
  });

  it("does not get into another state by its status and step alone, but for the step to the cut-over and back", async () => {
    const states = {
      ...{ queued: allowed.queued, building: allowed.building, "deploying/start": allowed.start },
      ...{ "deploying/cut-over": { ...allowed.start, step: "cut-over" }, "deploying/watch": allowed.watch },
      ...{ ready: allowed.ready, failed: allowed.failed, stopped: allowed.stopped },
    };
    const passed: string[] = [];
    for (const [from, row] of Object.entries(states)) {
      for (const to of deploymentStates.filter((state) => state !== from)) {
        const [status, step = null] = to.split("/");
        if ((await write({ ...row, status, step })) === "it was allowed") passed.push(`${from} -> ${to}`);
      }
    }
    expect(passed).toEqual(["deploying/start -> deploying/cut-over", "deploying/cut-over -> deploying/start"]);
  });

  it("may not be the second that runs in an installation, nor have a number twice", async () => {
    const running = await anInstallation(store);
    await enqueued(store, running);
    await claimed(store);
    const second = { installation_id: running, number: 2 };
    expect(await write({ ...allowed.building, ...second })).toContain("deployments_one_running");
    expect(await write({ ...allowed.start, ...second })).toContain("deployments_one_running");
    expect(await write({ ...allowed.queued, ...second, number: 1 })).toContain("deployments_number");
  });
});

describe("an installation's row", () => {
  const change = (id: InstallationId, live: DeploymentId) =>
    database.sql`update installations set live_deployment_id = ${live} where id = ${id}`;

  it("has a deployment of its own as the live one, or none", async () => {
    const [mine, other] = [await anInstallation(store), await anInstallation(store)];
    const { id } = await ready(store, other);
    await expect(change(mine, id)).rejects.toThrow("installations_live_deployment");
    await expect(change(mine, 4_711 as DeploymentId)).rejects.toThrow("installations_live_deployment");
  });

  it("is not stopped and live", async () => {
    const live = await anInstallation(store);
    await ready(store, live);
    await expect(database.sql`update installations set stopped = true where id = ${live}`).rejects.toThrow(
      "installations_stopped",
    );
  });
});

const link = (kind: string, user: string) =>
  `insert into links (kind, sha256, grants, user_id, created_by, created_at, expires_at)
   values ('${kind}', sha256('${kind}'), '[]', ${user}, 'ada', now(), now())`;

it.each<[string, string]>([
  ["a second instance", "insert into instances (id) values ('abcdefgh')"],
  ["a slug that is no DNS label", "insert into products (slug, created_at) values ('-a', now())"],
  [
    "a host in capitals",
    "insert into domains (host, installation_id, service) select 'A.b', id, 'web' from installations",
  ],
  ["a variable that no shell takes", "insert into variables select id, '1 A', '' from installations"],
  ["a token that is no hash", "insert into tokens (name, sha256, scopes) values ('me', 'secret', '{read}')"],
  [
    "a scope that there is not",
    "insert into tokens (name, sha256, scopes) values ('me', sha256('secret'), '{read,all}')",
  ],
  [
    "a session of nobody",
    "insert into sessions (sha256, created_at, expires_at) values (sha256('secret'), now(), now())",
  ],
  ["an invitation for somebody who is a user", link("invitation", "(select max(id) from users)")],
  ["a new password for nobody", link("password-reset", "null")],
  ["a link of an unknown kind", link("door", "null")],
  ["event 0", "insert into deployment_events select id, 0, now(), 'note', '{}' from deployments"],
])("%s is refused", async (_, statement) => {
  await aUser(store);
  await expect(database.sql.unsafe(statement)).rejects.toThrow(/violates (check|unique) constraint/);
});
