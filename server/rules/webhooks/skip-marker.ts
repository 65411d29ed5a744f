const marker = /\[(skip ci|ci skip|no ci|skip deploy|deploy skip)\]/i;

/** The words in a commit message that ask for no deployment, as written, or null. */
export function skipMarker(message: string): string | null {
  return marker.exec(message)?.[0] ?? null;
}
