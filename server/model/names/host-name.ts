const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostPattern = new RegExp(`^(?:${label}\\.)*(?!\\d+$)${label}$`);

export const longestHostName = 253;

/**
 * A lower-case DNS name without a port; not an IP address, for which no certificate could be had. It ends up in the
 * proxy's configuration, where other characters could mean something.
 */
export function isHostName(text: string): boolean {
  return text.length <= longestHostName && hostPattern.test(text);
}
