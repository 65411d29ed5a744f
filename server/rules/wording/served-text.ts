import type { Served } from "../../model/deployment/deployment.ts";
import { durationText } from "./duration-text.ts";

/** "Users saw #2 for 5.3 s; then traffic moved back to #1". */
export function servedText(number: number, { ms, backTo }: Served): string {
  const then =
    backTo === null ? "its address answers 503: no version was live before" : `traffic moved back to #${backTo}`;
  return `Users saw #${number} for ${durationText(ms)}; then ${then}`;
}
