import type { Role } from "../../model/access/role.ts";
import { readDomains, refusedIssuer } from "../../rules/sign-in/provider-settings.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** The form of an identity provider, as it was filled in. */
export interface ProviderInput {
  /** The provider's name on the sign-in page: "Acme". */
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Empty keeps the stored one. */
  readonly clientSecret: string;
  /** Separated by commas or spaces. */
  readonly domains: string;
  readonly role: Role | null;
  /** The provider sends browsers back to this URL of Baton. */
  readonly redirectUrl: string;
}

const timeoutMs = 20_000;
const maxText = 500;

/** Sets the identity provider, after asking it whether it is one. */
export async function setProvider(
  { store: { provider }, identityProvider }: Uses<"store" | "identityProvider">,
  input: ProviderInput,
): Promise<{ readonly type: "set" } | Refused> {
  const settings = readInput(input);
  if ("type" in settings) return settings;
  const stored = await provider.client();
  const clientSecret = input.clientSecret || stored?.clientSecret;
  if (!clientSecret) return refused("invalid", "enter the client secret that the provider gave you");
  const { issuer, clientId } = settings;
  const client = { issuer, clientId, clientSecret, redirectUrl: input.redirectUrl };
  const trouble = await identityProvider.begin(client, AbortSignal.timeout(timeoutMs)).then(
    () => null,
    (error: unknown) => refused("invalid", error instanceof Error ? error.message : String(error)),
  );
  if (trouble) return trouble;
  await provider.set({ ...settings, clientSecret });
  return { type: "set" };
}

export async function removeProvider({ store: { provider } }: Uses<"store">): Promise<void> {
  await provider.remove();
}

function readInput(input: ProviderInput) {
  const [label, issuer, clientId] = [input.label.trim(), input.issuer.trim(), input.clientId.trim()];
  if (label === "" || label.length > 60)
    return refused("invalid", "enter the provider’s name, of at most 60 characters");
  const why = refusedIssuer(issuer);
  if (why !== null) return refused("invalid", why);
  if (clientId === "" || [issuer, clientId, input.clientSecret].some((text) => text.length > maxText)) {
    return refused("invalid", `enter the client id; each text has at most ${maxText} characters`);
  }
  const domains = readDomains(input.domains);
  if (typeof domains === "string") return refused("invalid", `"${domains}" is not a domain, such as example.com`);
  if (input.role !== null && domains.length === 0) {
    return refused("invalid", "name the domains whose people get an account, or let nobody new in");
  }
  return { label, issuer, clientId, domains, role: input.role };
}
