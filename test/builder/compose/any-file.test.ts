import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { kindOf } from "../../../builder/compose/judge/service-kind.ts";
import schema from "../../../builder/compose/read/schema/compose-spec.json" with { type: "json" };
import { PlanProblem } from "../../../builder/plan/plan.ts";
import { plan } from "../tree.ts";
import { composed, type Files } from "./composed.ts";

const serviceKey = fc.constantFrom(...Object.keys(schema.$defs.service.properties), "x-baton", "nonsense");
const word = fc.constantFrom("", "web", "db", "/", "..", "./a", "a:b:c", "80", "$A", "$" + "{B:?c}", "none", "1s", "[");
const anything: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: "value" },
    word,
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3, depthIdentifier: "value" }),
    fc.dictionary(fc.oneof(word, serviceKey, fc.string()), tie("value"), { maxKeys: 3, depthIdentifier: "value" }),
  ),
})).value;
const service = fc.dictionary(serviceKey, anything, { maxKeys: 6 });
const file = fc
  .record({ services: fc.dictionary(word, service, { minKeys: 1, maxKeys: 3 }), volumes: anything, networks: anything })
  .map((content) => stringify(content));

async function expectAnAnswer(files: Files) {
  await expectAPlanOrItsProblems(files);
  const result = await composed(files);
  if (result.type === "project") {
    for (const each of result.project.services) expect(kindOf(each, result.project).reason).not.toBe("");
    return;
  }
  expect(result.problems.length).toBeGreaterThan(0);
  for (const { file, line, message, hint } of result.problems) {
    const lines = (files[file] ?? "").split("\n").length;
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(message).not.toMatch(/undefined|\[object/);
    expect(hint).toMatch(/\S/);
  }
}

async function expectAPlanOrItsProblems(files: Files) {
  try {
    const { stacks, decisions } = await plan({ ...files, "app/Dockerfile": "FROM a\nEXPOSE 80" });
    expect(decisions.length).toBeGreaterThanOrEqual(stacks.flatMap(({ services }) => services).length);
  } catch (error) {
    expect(error).toBeInstanceOf(PlanProblem);
    if (error instanceof PlanProblem) expect(error.message).not.toMatch(/undefined|\[object/);
  }
}

describe("whatever a compose file holds", { timeout: 60_000 }, () => {
  it("is read, or refused with a line of it and a hint", async () => {
    await fc.assert(
      fc.asyncProperty(file, (text) => expectAnAnswer({ "compose.yaml": text })),
      { numRuns: 150 },
    );
  });

  it("is read, or refused, when it is no YAML at all", async () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."a:-[]{}&*!<'\"\n \t#|>?,$") }));
    await fc.assert(
      fc.asyncProperty(text, (content) => expectAnAnswer({ "compose.yaml": content })),
      { numRuns: 150 },
    );
  });

  it("is read, or refused, when it is merged, extended and included", async () => {
    const files = fc.tuple(file, file, fc.string());
    await fc.assert(
      fc.asyncProperty(files, ([below, above, env]) =>
        expectAnAnswer({
          "compose.yaml": `include: [other.yaml]\n${below}`,
          "compose.override.yaml": above,
          "other.yaml": "services: { other: { extends: { file: compose.override.yaml, service: web }, image: app } }",
          ".env": env,
        }),
      ),
      { numRuns: 100 },
    );
  });
});
