import { expect, it } from "vitest";
import type { InstallationId } from "../../server/model/ids.ts";
import { createRoutePublisher } from "../../server/pipeline/routes.ts";
import type { InstallationRoutes } from "../../server/ports/proxy.ts";
import type { Domain } from "../../server/ports/store.ts";

const never = new AbortController().signal;
const domain = (installation: number): Domain => ({
  installation: installation as InstallationId,
  host: `app-${installation}.localhost`,
  service: "web",
});

it("two deployments that bring hosts at once both find theirs in what was set last", async () => {
  const domains: Domain[] = [domain(1)];
  const set: (readonly InstallationRoutes[])[] = [];
  const publish = createRoutePublisher({
    store: { domains: { list: async () => [...domains] } },
    proxy: {
      async setRoutes(routes) {
        // The slower the first, the staler what it has read.
        if (set.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        set.push(routes);
      },
    },
  });

  const first = publish(never);
  domains.push(domain(2));
  const second = publish(never);
  await Promise.all([first, second]);

  expect(set.at(-1)?.map(({ installation }) => installation)).toEqual([1, 2]);
});

it("a load that the proxy refuses does not stop the next one", async () => {
  let calls = 0;
  const publish = createRoutePublisher({
    store: { domains: { list: async () => [] } },
    proxy: {
      async setRoutes() {
        calls += 1;
        if (calls === 1) throw new Error("refused");
      },
    },
  });
  await expect(publish(never)).rejects.toThrow("refused");
  await expect(publish(never)).resolves.toBeUndefined();
});
