/** Whether others on the network path can read what is sent to this URL, tokens and passwords included. */
export function isReadableOnTheWay(url: URL): boolean {
  return url.protocol !== "https:" && !isLoopbackName(url.hostname);
}

/** Expects names as `URL` writes them. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
}
