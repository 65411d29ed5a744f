/** Where a page is shown, as far as passkeys care. */
interface Place {
  /** The request's Host, which is one of Baton's own names: "localhost:4000". */
  readonly host: string;
  readonly publicUrl: URL;
}

/** The site that passkeys made at this place belong to; null where browsers allow none. */
export function passkeySite({ host, publicUrl }: Place): { readonly host: string; readonly origin: string } | null {
  if (host === publicUrl.host && isHttpsName(publicUrl)) return { host: publicUrl.hostname, origin: publicUrl.origin };
  const { hostname, origin } = new URL(`http://${host}`);
  return hostname === "localhost" ? { host: hostname, origin } : null;
}

/** An address of this Baton at which browsers allow passkeys; null when there is none. */
export function passkeyAddress({ host, publicUrl }: Place): string | null {
  if (isHttpsName(publicUrl)) return publicUrl.origin;
  const { hostname, port } = new URL(`http://${host}`);
  const isThisMachine = /^127\.|^\[::1\]$|^localhost$/.test(hostname);
  return isThisMachine ? `http://localhost${port === "" ? "" : `:${port}`}` : null;
}

/** Browsers allow passkeys on https, and not for an IP address. */
function isHttpsName({ protocol, hostname }: URL): boolean {
  return protocol === "https:" && !/^[\d.]+$|^\[/.test(hostname);
}
