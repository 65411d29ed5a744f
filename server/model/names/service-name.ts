/** Names of files have at most 255 bytes, and get something before and after. */
export const longestServiceName = 200;

/** What Compose lets a service be called. */
export const serviceNamePattern = /^[A-Za-z0-9._-]+$/;
const plainFile = /^[A-Za-z0-9]/;

export function isServiceName(text: string): boolean {
  return text.length <= longestServiceName && serviceNamePattern.test(text);
}

/**
 * The name of a folder that is about this service. One whose name could be hidden, a folder's own (`..`) or an
 * option of a command gets a sign in front, which no service has in its name.
 */
export function serviceFileName(service: string): string {
  return plainFile.test(service) ? service : `@${service}`;
}
