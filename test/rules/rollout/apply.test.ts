import { describe, expect, it } from "vitest";
import { servicesOf } from "../../../server/model/deployment/spec.ts";
import type { DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import { appliesChanges, keepInits } from "../../../server/rules/rollout/apply.ts";
import { initRunsSince } from "../../../server/rules/rollout/init-runs.ts";
import { rollout } from "../../../server/rules/rollout/rollout.ts";
import type { LiveSpec } from "../../../server/rules/rollout/stateful.ts";
import { aReady, aService, aSpec } from "../../model/a-deployment.ts";

const [one, two] = [1 as DeploymentId, 2 as DeploymentId];
const migrate = aService({ name: "migrate", kind: "init", port: null });
const version = (service = migrate, variables: Readonly<Record<string, string>> = {}) => ({
  ...aSpec([aService(), service]),
  variables,
});
const live: LiveSpec = { id: one, spec: version(migrate, { DATABASE_URL: "postgres://db/a", LOG_LEVEL: "info" }) };
const same = { DATABASE_URL: "postgres://db/a", LOG_LEVEL: "info" };
const keeperOf = (next: ReturnType<typeof version>) =>
  keepInits(next, live)
    .flatMap(({ services }) => services)
    .find(({ name }) => name === "migrate")?.keptFrom;

describe("applying changes to the live version", () => {
  it("is a redeploy of it with today's variables; not of another version, nor of the whole product", () => {
    const asked = { trigger: "redeploy", sourceId: one, variables: "now", fresh: false } as const;
    expect(appliesChanges(asked, one)).toBe(true);
    expect(appliesChanges(asked, two)).toBe(false);
    expect(appliesChanges(asked, null)).toBe(false);
    expect(appliesChanges({ ...asked, fresh: true }, one)).toBe(false);
    expect(appliesChanges({ ...asked, variables: "then" }, one)).toBe(false);
  });

  it("does not run an init service again whose own things did not change", () => {
    expect(keeperOf(version(migrate, same))).toBe(one);
    expect(keeperOf(version(migrate, { ...same, LOG_LEVEL: "debug", NEW: "1" }))).toBe(one);
    const stacks = keepInits(version(migrate, same), live);
    expect(rollout({ stacks }, live).map(({ action, service }) => `${action} ${service.name}`)).toEqual([
      "skip migrate",
      "start web",
    ]);
  });

  it("runs it again when its image, its command, its environment or the place of its data is another", () => {
    expect(keeperOf(version({ ...migrate, image: `sha256:${"2".repeat(64)}` as ImageId }, same))).toBeNull();
    expect(keeperOf(version({ ...migrate, command: ["up"] }, same))).toBeNull();
    expect(keeperOf(version({ ...migrate, environment: { A: "1" } }, same))).toBeNull();
    expect(keeperOf(version(migrate, { ...same, DATABASE_URL: "postgres://db/b" }))).toBeNull();
    expect(keeperOf(version(migrate, { ...same, DB_NAME: "b" }))).toBeNull();
  });

  it("counts as no run for those who go back later", () => {
    const spec = { ...version(migrate, same), stacks: keepInits(version(migrate, same), live) };
    expect(servicesOf(spec)).toHaveLength(2);
    expect(initRunsSince({ number: 1 }, [aReady({ number: 2, spec })])).toEqual([]);
    expect(initRunsSince({ number: 1 }, [aReady({ number: 2, spec: live.spec })])).toHaveLength(1);
  });
});
