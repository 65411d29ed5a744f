/** Whether anyone on the network path can read what is sent to this address, including tokens and passwords. */
export function isReadableOnTheWay(url: URL): boolean {
  return url.protocol !== "https:" && !isLoopbackName(url.hostname);
}

/** Of names as `URL` writes them. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
}
