import { expect, test } from "vitest";
import type { DeploymentContext } from "../../server/pipeline/context/context.ts";
import { makeVersion } from "../../server/pipeline/version.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeEngine } from "../fakes/fake-engine.ts";
import { createFakeGit } from "../fakes/fake-git.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";
import { aService } from "../model/a-deployment.ts";
import { createSamples } from "../web/samples.ts";

test("going back says in the log which init services ran since, before anything is started", async () => {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const samples = createSamples(store, clock);
  const { product, installation } = await samples.product("shop");
  const [environment] = await store.environments.list();
  const earlier = samples.ready(installation);
  const later = samples.ready(installation);
  const services = [aService(), aService({ name: "migrate", kind: "init" })];
  store.put({ ...later, spec: { ...later.spec, stacks: [{ name: "shop", services }] } });
  const engine = createFakeEngine();
  for (const { services } of earlier.spec.stacks) for (const { image } of services) engine.images.add(image);

  const said: string[] = [];
  const networksFor: number[] = [];
  const say = (text: string) => void said.push(text);
  const deployment = samples.building(installation, {
    trigger: "rollback",
    sourceId: earlier.id,
    variables: "then",
  });
  const context = {
    ...{ store, engine, git: createFakeGit(), clock },
    limits: { buildTimeoutMs: 60_000, domain: "localhost", publicHost: "localhost" },
    ...{ product, environment, installation, signal: new AbortController().signal, progress: { list() {} } },
    deployment,
    networkAhead: { begin: (services: readonly unknown[]) => void networksFor.push(services.length) },
    journal: { hide() {}, note: say, warn: say, stage: (_stage: string, text: string) => say(text) },
  } as unknown as DeploymentContext;

  await makeVersion(context, deployment);
  expect(networksFor).toEqual([1]);
  expect(said).toEqual([
    expect.stringMatching(/^Redeploying a previous version: deployment 1/),
    "Its images are still here, so nothing is built",
    "migrate has run since, in #2; its changes to your data will not be undone",
  ]);
});
