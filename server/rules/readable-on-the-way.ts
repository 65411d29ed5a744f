/** Whether what is sent to this address, tokens and passwords too, can be read by whoever is in between. */
export function isReadableOnTheWay(url: URL): boolean {
  return url.protocol !== "https:" && !isLoopbackName(url.hostname);
}

/** Of names as `URL` writes them. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(name);
}
