/** Returns the first `major.minor[.patch]` in a program's output, or null. */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match && { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) };
}

/** @param {string} version @param {string} minimum */
export function isAtLeast(version, minimum) {
  const [have, want] = [parseVersion(version), parseVersion(minimum)];
  if (!have || !want) return false;
  const difference = have.major - want.major || have.minor - want.minor || have.patch - want.patch;
  return difference >= 0;
}

export const showVersion = ({ major, minor, patch }) => `${major}.${minor}.${patch}`;
