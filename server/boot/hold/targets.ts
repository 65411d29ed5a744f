import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import type { HostAddress } from "../../model/names/host-address.ts";
import { routesOf } from "../../proxy/config/config-reader.ts";
import { addressFile } from "../../proxy/switch/address-files.ts";
import { createHostLinks } from "../../proxy/switch/host-links.ts";

/** A host that is served, and the app behind it. */
export interface HeldHost {
  readonly host: string;
  readonly address: HostAddress;
}

const answerTimeoutMs = 2_000;

/** The hosts that lead to an app now, by what Caddy reads: the links and the configuration on disk. */
export async function readTargets(routesFolder: string, config: unknown): Promise<readonly HeldHost[]> {
  const linked = await createHostLinks({ routesFolder }).read();
  const found = [...routesOf(config), ...linked].flatMap(({ installation, routes }) =>
    routes.map(async ({ host, service }) => {
      const file = join(routesFolder, String(installation), "live", addressFile(service));
      const address = await readFile(file, "utf8").catch(() => "");
      return address.trim() === "" ? [] : [{ host, address: address.trim() as HostAddress }];
    }),
  );
  return (await Promise.all(found)).flat();
}

/** Whether the app speaks HTTP. Any status will do: whether it is the right one is no matter of holding. */
export function answers({ host, address }: HeldHost): Promise<boolean> {
  const [name, port] = address.split(":");
  return new Promise((resolve) => {
    const asked = request(
      { host: name, port, headers: { Host: host, "User-Agent": "Baton" }, agent: false, timeout: answerTimeoutMs },
      (response) => {
        response.destroy();
        resolve(true);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", () => resolve(false)).end();
  });
}
