import type { Queued } from "../../model/deployment/deployment.ts";
import type { Refused } from "../refused.ts";

export type Asked =
  /** `rebuild`: its images are gone; the exact commit is built again. */
  { readonly type: "queued"; readonly deployment: Queued; readonly rebuild: boolean } | Refused;
