import { overlaps } from "../../server/docker/host/subnets.ts";
import type { Engine } from "../../server/ports/engine/engine.ts";
import { never } from "./scratch-engine.ts";

/** A /27 that nothing on this machine uses, from a range outside Baton's default. */
export async function freeSubnet(engine: Engine): Promise<string> {
  const used = await engine.usedSubnets(never);
  for (;;) {
    const subnet = `10.${215 + Math.floor(Math.random() * 8)}.${Math.floor(Math.random() * 256)}.${32 * Math.floor(Math.random() * 8)}/27`;
    if (!used.some((other) => overlaps(other, subnet))) return subnet;
  }
}
