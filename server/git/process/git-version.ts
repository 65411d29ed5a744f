import { FetchFailed } from "../../ports/git.ts";
import type { GitCommand } from "./git-command.ts";

/**
 * The first version with http.curloptResolve: https://github.com/git/git/blob/master/Documentation/RelNotes/2.37.0.txt.
 */
const pinsFrom = { major: 2, minor: 37 } as const;

/**
 * Checks whether git can pin a host's addresses. An older git would look the host up again and connect to whatever it
 * gets then. Git is asked until it is new enough, then never again.
 */
export function createPinningCheck(command: GitCommand): () => Promise<void> {
  let canPin = false;
  return async () => {
    if (!canPin) await requirePinning(command);
    canPin = true;
  };
}

async function requirePinning(command: GitCommand): Promise<void> {
  const text = await command("/nonexistent", ["version"]);
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  if (major > pinsFrom.major || (major === pinsFrom.major && minor >= pinsFrom.minor)) return;
  throw new FetchFailed(
    "other",
    `fetching over https requires git ${pinsFrom.major}.${pinsFrom.minor} or newer; this server has ${text.trim()}`,
    "Install a newer git, use the ssh URL with a deploy key, or push to Baton.",
  );
}
