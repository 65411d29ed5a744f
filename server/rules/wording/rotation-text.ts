import type { KeyRotation } from "../../ports/store/keys.ts";
import { counted } from "./duration-text.ts";
import { listed } from "./removal-summary.ts";

const namedAtMost = 20;

/** Says what `npm run key -- rotate` has done. */
export function rotationText({ isResumed, counts, unreadable }: KeyRotation, keyFile: string): string {
  const sealed = Object.entries(counts).map(([kind, count]) => counted(count, kind === "spec" ? "deployment" : kind));
  const secrets = sealed.length === 0 ? "no secrets" : listed(sealed);
  const what = isResumed
    ? `An earlier rotation had broken off; it is complete now. Encrypted again: ${secrets}.`
    : `Encrypted again with a new key: ${secrets}.`;
  if (unreadable.length === 0) {
    return `${what}\nThe old key is no longer in ${keyFile}. A backup from before still needs the old one.`;
  }
  const more = unreadable.length - namedAtMost;
  const named = [...unreadable.slice(0, namedAtMost), ...(more > 0 ? [`${more} more`] : [])];
  return `${what}\nCould not be decrypted: ${listed(named)}. Set or delete them, then rotate again. Until then the old key stays in ${keyFile}.`;
}
