const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostPattern = new RegExp(`^(?:${label}\\.)*(?!\\d+$)${label}$`);

export const longestHostName = 253;

/**
 * Whether a text is a lower-case DNS name without a port. IP addresses are excluded, because they get no certificate.
 * The name ends up in the proxy's configuration, where other characters could have a meaning.
 */
export function isHostName(text: string): boolean {
  return text.length <= longestHostName && hostPattern.test(text);
}
