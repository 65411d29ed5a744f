/** File names have at most 255 bytes, and service names get a prefix and a suffix. */
export const longestServiceName = 200;

/** The service names that Compose allows. */
export const serviceNamePattern = /^[A-Za-z0-9._-]+$/;
const plainFile = /^[A-Za-z0-9]/;

export function isServiceName(text: string): boolean {
  return text.length <= longestServiceName && serviceNamePattern.test(text);
}

/**
 * The name of a folder for this service. A name that would be hidden, special (`..`) or read as an option of a command
 * gets a prefix that no service name contains.
 */
export function serviceFileName(service: string): string {
  return plainFile.test(service) ? service : `@${service}`;
}
