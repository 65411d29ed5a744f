import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import { type DeploymentSpec, outlineOf } from "../../../server/model/deployment/spec.ts";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { openSpec, sealSpec } from "../../../server/store/deployments/stored-spec.ts";
import { createKey, keyBytes } from "../../../server/store/keys/secrets.ts";
import { aSpec } from "../../model/a-deployment.ts";

const id = 7 as DeploymentId;
const key = createKey(randomBytes(keyBytes));
const spec: DeploymentSpec = { ...aSpec(), variables: { TOKEN: "canary" } };

it("a spec is opened when something sealed is read, and only once", () => {
  const open = vi.fn(key.open);
  const opened = openSpec({ open }, id, sealSpec(key.seal, id, spec));
  expect([opened.commit, opened.routes]).toEqual([spec.commit, spec.routes]);
  expect(open).not.toHaveBeenCalled();
  expect(opened.variables).toEqual(spec.variables);
  expect(opened.stacks).toEqual(spec.stacks);
  expect(open).toHaveBeenCalledOnce();
});

it("a spec that was copied or written down before anybody read it is the whole one", () => {
  const read = () => openSpec(key, id, sealSpec(key.seal, id, spec));
  expect({ ...read() }).toStrictEqual(spec);
  expect(JSON.parse(JSON.stringify(read()))).toStrictEqual(JSON.parse(JSON.stringify(spec)));
  expect(Object.keys(structuredClone(read())).sort()).toEqual(Object.keys(spec).sort());
});

it("what a version consists of can be read without the key, and what is secret can't", () => {
  const stored = JSON.stringify(sealSpec(key.seal, id, spec));
  expect(JSON.parse(stored).outline).toEqual(outlineOf(spec));
  expect(stored).not.toMatch(/canary|TOKEN/);
});
