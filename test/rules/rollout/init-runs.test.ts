import { expect, test } from "vitest";
import { initRunsSince, initRunsText } from "../../../server/rules/rollout/init-runs.ts";
import { aReady, aService, aSpec } from "../../model/a-deployment.ts";

const migrating = aSpec([aService(), aService({ name: "migrate", kind: "init" })]);
const versions = [
  aReady({ number: 5, spec: aSpec() }),
  aReady({ number: 4, spec: migrating }),
  aReady({ number: 3, spec: migrating }),
  aReady({ number: 2, spec: migrating }),
  aReady({ number: 1, spec: aSpec() }),
];

test("what ran in later versions is named with them, the oldest first", () => {
  expect(initRunsSince({ number: 2 }, versions)).toEqual([{ service: "migrate", deployments: [3, 4] }]);
  expect(initRunsSince({ number: 4 }, versions)).toEqual([]);
});

test("it reads as a sentence", () => {
  expect(initRunsText({ service: "migrate", deployments: [3, 4] })).toBe(
    "migrate has run since, in #3, #4; its changes to your data will not be undone",
  );
});
