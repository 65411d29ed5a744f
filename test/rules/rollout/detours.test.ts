import { expect, test } from "vitest";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import type { DeploymentId, EnvironmentId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import { detoursOf } from "../../../server/rules/rollout/detours.ts";
import { aReady, aService, aSpec } from "../../model/a-deployment.ts";
import { aContainer, anOwner } from "../../ports/a-container.ts";

const [installation, live, earlier] = [1 as InstallationId, 2 as DeploymentId, 1 as DeploymentId];
const rows = {
  installations: [
    {
      ...{ id: installation, productId: 1 as ProductId, environmentId: 1 as EnvironmentId, branch: "main" },
      ...{ liveDeploymentId: live, stopped: false },
    },
  ],
  deployments: [
    aReady({
      id: live,
      spec: aSpec([aService(), aService({ name: "blog", keptFrom: earlier }), aService({ name: "db", kind: "tcp" })]),
    }),
  ],
};
const at = (port: number) => ({
  hostAddress: hostAddress("127.0.0.2", port),
  ownAddress: hostAddress("172.30.0.9", port),
});
const containers = [
  aContainer({ owner: anOwner(live), ...at(1) }),
  aContainer({ owner: anOwner(earlier), service: "blog", ...at(2) }),
  aContainer({ owner: anOwner(live), service: "db", kind: "tcp", ...at(3) }),
  aContainer({ owner: anOwner(earlier), ...at(4) }),
];
const current = new Map([[installation, live]]);
const upstreams = new Map();

test("each live web service has a way to its own container, also when that is an earlier version's", () => {
  expect(detoursOf(rows, { containers, current, upstreams })).toEqual([
    ...[
      {
        installation,
        deployment: live,
        service: "web",
        ways: [{ published: "127.0.0.2:1", own: "172.30.0.9:1" }],
        isSticky: false,
      },
    ],
    ...[
      {
        installation,
        deployment: live,
        service: "blog",
        ways: [{ published: "127.0.0.2:2", own: "172.30.0.9:2" }],
        isSticky: false,
      },
    ],
  ]);
});

test("there is none to a container that does not run, nor where traffic goes elsewhere", () => {
  const ended = containers.map((container) => ({ ...container, ownAddress: null }));
  expect(detoursOf(rows, { containers: ended, current, upstreams })).toEqual([]);
  expect(detoursOf(rows, { containers, current: new Map([[installation, "stopped" as const]]), upstreams })).toEqual(
    [],
  );
});
