import { beforeEach, describe, expect, test } from "vitest";
import type { Role } from "../../../server/model/access/role.ts";
import { scopes } from "../../../server/model/access/scope.ts";
import type { Ready } from "../../../server/model/deployment/deployment.ts";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { BackupId } from "../../../server/model/names/ids.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { aService } from "../../model/a-deployment.ts";
import { aMember, type Member } from "../member.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let member: Member;
let first: Ready;
let second: Ready;
let backup: BackupId;

const mounts = (volume: string) => [{ type: "volume", volume, path: `/${volume}`, readOnly: false }] as const;
const services = [
  aService({
    name: "db",
    kind: "tcp",
    pulledAs: "postgres:16",
    container: { ...plainContainer, mounts: mounts("pg") },
  }),
  aService({ name: "files", container: { ...plainContainer, mounts: mounts("uploads") } }),
  aService({ name: "migrate", kind: "init" }),
];

beforeEach(async () => {
  world = await createWorld();
  member = await aMember(world);
  const { installation } = await world.samples.product("shop");
  const put = (row: Ready) => world.store.put({ ...row, spec: { ...row.spec, stacks: [{ name: "shop", services }] } });
  first = put(world.samples.ready(installation));
  second = put(world.samples.live(installation));
  const asked = {
    ...{
      installation: installation.id,
      service: "db",
      method: "postgres" as const,
      deployment: first.id,
      requestedBy: null,
    },
    ...{ reason: "before-migration" as const, folder: "shop/production/db/x", isEncrypted: false, madeFor: second.id },
  };
  const facts = { tables: 14, rows: 12_304, isEstimate: false };
  ({ id: backup } = await world.store.backups.request(asked, world.clock.now()));
  const done = { type: "done", files: [], readBytes: 9, storedBytes: 9, frozenMs: 0, facts } as const;
  await world.store.backups.finish(backup, done, world.clock.now());
  world.clock.advance(42 * 60_000);
});

/** Asks with a token of somebody who has a role for the product. */
async function asking(role: Role) {
  const user = await aUser(world.store, { grants: [{ role, productId: null }] });
  await aToken(world.store, user.id, { token: `token-of-${role}`, scopes });
  return (path: string, method = "GET", body?: object) =>
    world.fetch(path, {
      method,
      headers: { authorization: `Bearer token-of-${role}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
}

describe("the page that redeploys a former version", () => {
  test("offers to go back with the data, and says what would be lost", async () => {
    const { text } = await member.get(`/deployments/${first.id}/redeploy`);
    expect(text).toContain("Code only the data stays as it is now Code and data as it was before #2 changed it");
    expect(text).toContain(
      "db : Everything that was written in the last 42 min is lost. There are 12,500 rows in 14 tables now, 196 rows more than then",
    );
    expect(text).toContain("files was not backed up, so its data stays as it is now.");
    expect(text).toContain("will not be undone, unless you go back with the data.");
    const choice = { variables: "then", data: "then" };
    const onward = await member.post(`/deployments/${first.id}/redeploy`, choice);
    expect([onward.status, onward.location]).toEqual([307, `/deployments/${first.id}/go-back`]);
    expect((await member.post(onward.location ?? "", choice)).status).toBe(303);
    const [newest] = await world.store.deployments.list({ limit: 1 });
    expect(newest).toMatchObject({ trigger: "rollback", sourceId: first.id, dataBefore: second.id });
    expect((await member.get(`/deployments/${newest?.id}`)).text).toContain("Redeployed #1 with its data by");
  });

  test("leaves the data alone unless it is asked for", async () => {
    await member.post(`/deployments/${first.id}/redeploy`, { variables: "then", data: "now" });
    expect(await world.store.deployments.list({ limit: 1 })).toMatchObject([{ dataBefore: null }]);
    expect((await member.get(`/deployments/${second.id}/redeploy`)).text).not.toContain("Code and data");
  });

  test("says why the data cannot be brought back", async () => {
    await world.store.backups.removed(backup, world.clock.now());
    const { text } = await member.get(`/deployments/${first.id}/redeploy`);
    expect(text).toContain(
      "The data of then cannot be brought back: the backup that was made before #2 changed it has been removed.",
    );
    expect(text).not.toContain("Code and data");
    const { status, text: refused } = await member.post(`/deployments/${first.id}/go-back`);
    expect([status, refused]).toEqual([409, expect.stringContaining("cannot be brought back")]);
  });

  test("offers it only to those who may restore", async () => {
    const deployer = await asking("deployer");
    const page = await (await deployer(`/deployments/${first.id}/redeploy`)).text();
    expect(page).toContain("Redeploy #1");
    expect(page).not.toContain("Code and data");
    const maintainer = await asking("maintainer");
    expect(await (await maintainer(`/deployments/${first.id}/redeploy`)).text()).toContain("Code and data");
  });
});

test("a failed way back with the data is not retried without a look at what would be lost", async () => {
  const { installation } = await (async () => ({
    installation: await world.store.installations.get(first.installationId),
  }))();
  if (!installation) throw new Error("unreachable");
  const failed = world.samples.failed(installation, {}, { dataBefore: second.id, sourceId: first.id });
  expect((await member.get(`/deployments/${failed.id}`)).html).not.toContain(`/deployments/${failed.id}/retry`);
  expect((await member.post(`/deployments/${failed.id}/retry`)).status).toBe(409);
});

describe("the API", () => {
  const url = (what: string) => `/api/deployments/${first.id}/${what}`;

  test("says what going back with the data would lose, and does it, for those who may restore", async () => {
    const maintainer = await asking("maintainer");
    expect(await (await maintainer(url("data"))).json()).toEqual({
      ...{ possible: true, reason: null, before: second.id, left: ["files"] },
      services: [
        {
          ...{ service: "db", backup, since: expect.any(String) },
          inBackup: { tables: 14, rows: 12_304, estimate: false },
          now: { tables: 14, rows: 12_500, estimate: false },
        },
      ],
    });
    const answer = await maintainer(url("go-back"), "POST", { variables: "now" });
    expect([answer.status, await answer.json()]).toMatchObject([202, { source: first.id, dataBefore: second.id }]);
    const again = await maintainer(`/api/deployments/${second.id}/data`);
    expect(await again.json()).toMatchObject({ possible: false, reason: "no later version has changed the data" });
  });

  test("refuses it to those who may only deploy", async () => {
    const deployer = await asking("deployer");
    expect((await deployer(url("data"))).status).toBe(403);
    const answer = await deployer(url("go-back"), "POST", {});
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("restore")]);
    expect((await deployer(url("redeploy"), "POST", {})).status).toBe(202);
  });
});
