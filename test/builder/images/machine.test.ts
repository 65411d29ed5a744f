import { expect, it } from "vitest";
import { planTree } from "../../../builder/plan/plan-tree.ts";
import { nothingSet } from "../../../server/model/service-settings.ts";
import { tree } from "../tree.ts";

const machine = { cpus: 2, memoryBytes: 4 * 1024 ** 3 };

async function planned(files: Readonly<Record<string, string>>, settings = new Map()) {
  const options = { product: "shop", healthTimeoutMs: 90_000, variables: {}, settings, machine };
  const { stacks, warnings } = await planTree(tree(files), options);
  return { limits: stacks[0]?.services[0]?.limits, warnings };
}

it("gives a service of a compose file no more than the server has, and says which line asks for more", async () => {
  const { limits, warnings } = await planned({
    "compose.yaml": `services:
  web:
    image: shop
    ports: [3000]
    deploy:
      resources:
        limits:
          cpus: "8"
          memory: 64G
`,
  });
  expect(limits).toMatchObject({ cpus: 2, memoryBytes: machine.memoryBytes });
  expect(warnings).toEqual([
    "compose.yaml, line 9: services.web.deploy.resources.limits.memory asks for 64g of memory, but this server has 4g: it gets 4g",
    "compose.yaml, line 8: services.web.deploy.resources.limits.cpus asks for 8 CPUs, but this server has 2: it gets 2",
  ]);
});

it("gives a service of baton.yaml no more than the server has, and says which line asks for more", async () => {
  const { limits, warnings } = await planned({
    "index.html": "",
    "baton.yaml": "stacks:\n  web:\n    cpus: 4\n    memory: 16g\n",
  });
  expect(limits).toMatchObject({ cpus: 2, memoryBytes: machine.memoryBytes });
  expect(warnings).toEqual([
    "baton.yaml, line 3: stacks.web.cpus asks for 4 CPUs, but this server has 2: it gets 2",
    "baton.yaml, line 4: stacks.web.memory asks for 16g of memory, but this server has 4g: it gets 4g",
  ]);
});

it("gives a service no more than the server has where a setting asks for more", async () => {
  const { limits, warnings } = await planned(
    { "index.html": "" },
    new Map([["web", { ...nothingSet, cpus: 3, memoryBytes: 8 * 1024 ** 3 }]]),
  );
  expect(limits).toMatchObject({ cpus: 2, memoryBytes: machine.memoryBytes });
  expect(warnings).toEqual([
    "web: its setting asks for 3 CPUs, but this server has 2: it gets 2",
    "web: its setting asks for 8g of memory, but this server has 4g: it gets 4g",
  ]);
});

it("leaves alone what the server has", async () => {
  const { limits, warnings } = await planned({
    "index.html": "",
    "baton.yaml": "stacks: { web: { cpus: 2, memory: 1g } }",
  });
  expect(limits).toMatchObject({ cpus: 2, memoryBytes: 1024 ** 3 });
  expect(warnings).toEqual([]);
});

it("refuses a memory limit that Docker would refuse", async () => {
  await expect(planned({ "index.html": "", "baton.yaml": "stacks: { web: { memory: 1m } }" })).rejects.toThrow(
    "baton.yaml, line 1: stacks.web.memory must be at least 6m, the minimum that Docker accepts",
  );
});
