import { expect, test } from "vitest";
import type { StackProgress } from "../../../server/model/deployment/event.ts";
import { createStackBoard } from "../../../server/pipeline/record/stack-progress.ts";

const services = [
  { name: "migrate", kind: "init" },
  { name: "db", kind: "tcp" },
  { name: "api", kind: "web" },
] as const;

function aBoard() {
  const told: StackProgress[] = [];
  const board = createStackBoard({ stack: (stack) => void told.push(stack) });
  board.list([{ name: "backend", services }]);
  const now = () => {
    const { phase, phasePercent, servicesDone } = told.at(-1) as StackProgress;
    return [phase, phasePercent, servicesDone];
  };
  return { board, told, now };
}

test("a stack tells how far it is in its phase, which begins again with the next one", () => {
  const { board, told, now } = aBoard();
  const seen: unknown[] = [];
  const after = (step: () => void) => {
    step();
    seen.push(now());
  };
  after(() => board.enter("Building images", "migrate"));
  after(() => board.enter("Building images", "db"));
  after(() => board.enter("Building images", "api"));
  after(() => board.enter("Running init containers", "migrate"));
  after(() => board.through("migrate"));
  after(() => board.enter("Starting services", "db"));
  after(() => board.enter("Starting services", "api"));
  after(() => board.enter("Checking health", "db"));
  after(() => board.enter("Checking health", "api"));
  after(() => board.through("db"));
  after(() => board.finish());
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
  expect(told.map(({ percent }) => percent)).toEqual(told.map(({ percent }) => percent).sort((a, b) => a - b));
});

test("a stack that fails stays at what it had reached", () => {
  const { board, told } = aBoard();
  board.enter("Starting services", "db");
  board.enter("Starting services", "api");
  board.fail("api", "api crashed on startup (exit code 1)");
  expect(told.at(-1)).toMatchObject({ status: "failed", phase: "Starting services", phasePercent: 50 });
});
