import { EngineUnavailable } from "../../ports/engine/engine.ts";

/** The API of Docker 20.10. */
export const oldestApiVersion = "1.41";

/**
 * The newest version of the API whose changes this adapter takes into account. Tested with Docker 20.10 (1.41), 26.1
 * (1.45), 28.5 (1.51) and 29.7 (1.55). A newer daemon is spoken to in this version, which it keeps for years.
 */
export const newestApiVersion = "1.55";

/** Holds the parts of a daemon's answer that decide which API version to speak. */
export interface SpokenApi {
  readonly Version: string;
  readonly ApiVersion: string;
  /** Missing means that the daemon speaks only one version. */
  readonly MinAPIVersion?: string;
}

/** Chooses the newest version that both know. Throws when there is none. */
export function agreeOnApiVersion({ Version: docker, ApiVersion: newest, MinAPIVersion }: SpokenApi): string {
  const oldest = MinAPIVersion || newest;
  const agreed = isAtLeast(newest, newestApiVersion) ? newestApiVersion : newest;
  if (isAtLeast(agreed, oldest) && isAtLeast(agreed, oldestApiVersion)) return agreed;
  const remedy = isAtLeast(oldest, newestApiVersion) ? "update Baton" : "update Docker to 20.10 or newer";
  throw new EngineUnavailable(
    `Docker ${docker} speaks the API versions ${oldest} to ${newest}, and Baton ${oldestApiVersion} to ${newestApiVersion}: ${remedy}.`,
  );
}

/** Compares two versions such as 1.9 and 1.41. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
