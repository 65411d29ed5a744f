import { describe, expect, test } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { containerOf } from "../../../server/rules/rollout/container-of.ts";
import { aService } from "../../model/a-deployment.ts";
import { aContainer, anOwner } from "../../ports/a-container.ts";

const id = (number: number) => number as DeploymentId;
const web = aContainer({ service: "web", owner: anOwner(7) });
const database = aContainer({ service: "database", owner: anOwner(3) });
const containers = [aContainer({ service: "web", owner: anOwner(3) }), database, web];

describe("the container of a service", () => {
  test("is the one of its name that the deployment made", () => {
    expect(containerOf(id(7), aService({ name: "web" }), containers)).toBe(web);
  });

  test("is the one that an earlier deployment made, where the service was kept", () => {
    expect(containerOf(id(7), aService({ name: "database", keptFrom: id(3) }), containers)).toBe(database);
  });

  test("is none while the deployment has not made it, whatever others have", () => {
    expect(containerOf(id(7), aService({ name: "database" }), containers)).toBeNull();
    expect(containerOf(id(7), aService({ name: "web", keptFrom: id(5) }), containers)).toBeNull();
    expect(containerOf(id(7), aService({ name: "worker" }), containers)).toBeNull();
  });
});
