import { expect, test } from "vitest";
import type { StackProgress } from "../../../server/model/deployment/event.ts";
import { createStackProgressRecorder } from "../../../server/pipeline/record/stack-progress-recorder.ts";

const services = [
  { name: "migrate", kind: "init" },
  { name: "db", kind: "tcp" },
  { name: "api", kind: "web" },
] as const;

function aRecorder() {
  const recorded: StackProgress[] = [];
  const recorder = createStackProgressRecorder({ stack: (stack) => void recorded.push(stack) });
  recorder.list([{ name: "backend", services }]);
  const now = () => {
    const { phase, phasePercent, servicesDone } = recorded.at(-1) as StackProgress;
    return [phase, phasePercent, servicesDone];
  };
  return { recorder, recorded, now };
}

test("a stack tells how far it is in its phase, which begins again with the next one", () => {
  const { recorder, recorded, now } = aRecorder();
  const seen: unknown[] = [];
  const after = (step: () => void) => {
    step();
    seen.push(now());
  };
  after(() => recorder.enter("Building images", "migrate"));
  after(() => recorder.enter("Building images", "db"));
  after(() => recorder.enter("Building images", "api"));
  after(() => recorder.enter("Running init containers", "migrate"));
  after(() => recorder.through("migrate"));
  after(() => recorder.enter("Starting services", "db"));
  after(() => recorder.enter("Starting services", "api"));
  after(() => recorder.enter("Checking health", "db"));
  after(() => recorder.enter("Checking health", "api"));
  after(() => recorder.through("db"));
  after(() => recorder.finish());
  expect(seen).toEqual([
    ["Building images", 0, 0],
    ["Building images", 33, 0],
    ["Building images", 67, 0],
    ["Running init containers", 0, 0],
    ["Running init containers", 100, 1],
    ["Starting services", 0, 1],
    ["Starting services", 50, 1],
    ["Checking health", 0, 1],
    ["Checking health", 0, 1],
    ["Checking health", 50, 2],
    [null, 100, 3],
  ]);
  expect(recorded.map(({ percent }) => percent)).toEqual(recorded.map(({ percent }) => percent).sort((a, b) => a - b));
});

test("a stack that fails stays at what it had reached", () => {
  const { recorder, recorded } = aRecorder();
  recorder.enter("Starting services", "db");
  recorder.enter("Starting services", "api");
  recorder.fail("api", "api crashed on startup (exit code 1)");
  expect(recorded.at(-1)).toMatchObject({ status: "failed", phase: "Starting services", phasePercent: 50 });
});
