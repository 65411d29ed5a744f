import { hostAddress } from "../../model/names/host-address.ts";
import type { Prober } from "../../ports/prober.ts";
import type { PortRange } from "../../ports/store/leases.ts";
import { PoolExhausted } from "../../ports/store/leases.ts";
import type { SettingStore } from "../../ports/store/store.ts";

/**
 * Reserves two loopback ports in Caddy for Baton's own use. One tells which deployment answers, and the other serves
 * the page of stopped products. They are chosen once, from the top of the range, and recorded, because Caddy keeps
 * using them while Baton is down.
 */
export async function internalPorts(
  settings: SettingStore,
  prober: Pick<Prober, "isFree">,
  range: PortRange,
): Promise<{ readonly proof: number; readonly resting: number }> {
  const recorded = await settings.get("caddy-ports");
  if (recorded !== null) return read(recorded);
  const free: number[] = [];
  for (let port = range.last; port >= range.first && free.length < 2; port--) {
    if (await prober.isFree(hostAddress("127.0.0.1", port))) free.push(port);
  }
  if (free.length < 2) throw new PoolExhausted(`No port is free between ${range.first} and ${range.last}`);
  return read(await settings.getOrSet("caddy-ports", free.join(" ")));
}

function read(text: string): { readonly proof: number; readonly resting: number } {
  const [proof, resting] = text.split(" ").map(Number);
  if (!proof || !resting) throw new Error(`the setting "caddy-ports" should hold two ports, but is "${text}"`);
  return { proof, resting };
}
