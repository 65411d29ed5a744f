import { expect, test } from "vitest";
import { instancesOf, statusOfAll, troublesOf } from "../../../server/rules/health/replica-status.ts";
import { aService } from "../../model/a-deployment.ts";
import { aContainer } from "../../ports/a-container.ts";

const now = new Date("2026-01-31T12:00:00Z");
const about = { installation: { stopped: false }, now };
const web = aService();
const container = (replica: number, changes = {}) => aContainer({ replica, status: "running", ...changes });
const instances = (containers: readonly ReturnType<typeof container>[], wanted: number) =>
  instancesOf(web, containers, wanted, about);

test("a service has an instance for each replica that should run, and for those that are still to go", () => {
  const found = instances([container(1), container(4)], 2);
  expect(found.map(({ replica, status }) => [replica, status])).toEqual([
    [1, "running"],
    [2, "starting"],
    [4, "running"],
  ]);
});

test("without any container it has crashed, as a service that runs once has", () => {
  expect(instances([], 2).map(({ status }) => status)).toEqual(["crashed", "crashed"]);
});

test("it runs also while further replicas start, and is unhealthy when some have failed", () => {
  expect(statusOfAll(instances([container(1)], 3))).toBe("running");
  expect(statusOfAll(instances([container(1), container(2, { status: "restarting" })], 2))).toBe("unhealthy");
  expect(statusOfAll(instances([container(1, { status: "restarting" })], 1))).toBe("crashed");
});

test("what is wrong names the replica", () => {
  const found = instances([container(1), container(2, { status: "restarting", exitCode: 3 })], 3);
  expect(troublesOf(web, found, now)).toMatchObject([{ service: "web", title: "web 2 is not running" }]);
});
