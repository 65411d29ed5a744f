import type { WebAdapters } from "../adapters.ts";
import type { Catalog } from "../read/catalog.ts";
import { createOpenStreams } from "../streams/open-streams.ts";
import { createAuth } from "./auth.ts";
import type { Origins } from "./origins.ts";
import { createRights } from "./rights.ts";
import { createUseStamps } from "./use-stamps.ts";

/** What says who somebody is and what they may do, shared by pages, API and git. */
export function createDoor(needs: WebAdapters & { readonly catalog: Catalog }, origins: Origins) {
  const shared = { rights: createRights(needs), openStreams: createOpenStreams(needs), stamps: createUseStamps(needs) };
  return { ...shared, auth: createAuth({ ...needs, ...shared }, origins) };
}
