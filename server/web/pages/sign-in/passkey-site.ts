import type { PasskeySite } from "../../../ports/people/passkeys.ts";
import { passkeyAddress, passkeySite } from "../../../rules/sign-in/passkey-site.ts";
import type { WebAdapters } from "../../adapters.ts";
import type { WebContext } from "../../http/web-context.ts";

/** The request's Host, which the host check knows to be one of ours. */
const placeOf = (c: WebContext, { publicUrl }: Pick<WebAdapters, "publicUrl">) => ({
  host: c.req.header("host") ?? publicUrl.host,
  publicUrl,
});

/** The site whose passkeys a page may ask for; null where browsers allow none. */
export function passkeySiteOf(c: WebContext, needs: Pick<WebAdapters, "publicUrl">): PasskeySite | null {
  return passkeySite(placeOf(c, needs));
}

export function passkeyAddressFor(c: WebContext, needs: Pick<WebAdapters, "publicUrl">): string | null {
  return passkeyAddress(placeOf(c, needs));
}
