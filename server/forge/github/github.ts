import { type Forge, UnreadableDelivery } from "../../ports/forge.ts";
import { createGitHubApi } from "./api.ts";
import { readEvent } from "./events.ts";
import { reportToGitHub } from "./report.ts";
import { readSignature, verifySignature } from "./signature.ts";

/** GitHub's own servers. A GitHub Enterprise Server has its API at `https://<host>/api/v3`. */
export const gitHubApi = "https://api.github.com";

const idPattern = /^[A-Za-z0-9-]{1,72}$/;
const eventPattern = /^[a-z_]{1,50}$/;

export function createGitHub({ apiUrl = gitHubApi }: { readonly apiUrl?: string } = {}): Forge {
  const api = createGitHubApi(apiUrl);
  return {
    name: "github",
    title: "GitHub",

    identify(headers) {
      const id = headers.get("x-github-delivery") ?? "";
      const event = headers.get("x-github-event") ?? "";
      return { id: idPattern.test(id) ? id : null, event: eventPattern.test(event) ? event : "unknown" };
    },
    signatureFault(headers) {
      const given = readSignature(headers.get("x-hub-signature-256"));
      return typeof given === "string" ? given : null;
    },
    verify: (headers, body, secret) => verifySignature(headers.get("x-hub-signature-256"), body, secret),
    read: (headers, body) => readEvent(headers.get("x-github-event") ?? "unknown", payloadOf(headers, body)),

    isHomeOf: (repository) => ownerAndName(repository) !== null && isServedBy(apiUrl, repository),
    async report(report, token, signal) {
      const place = ownerAndName(report.repository);
      if (place === null) throw new Error(`${report.repository} is not a GitHub repository`);
      return reportToGitHub((request) => api(token, request, signal), place, report);
    },
  };
}

/** The two content types that a webhook of GitHub's can have. */
function payloadOf(headers: Headers, body: Uint8Array): unknown {
  const type = headers.get("content-type") ?? "";
  const text = new TextDecoder().decode(body);
  const json = /^application\/x-www-form-urlencoded\b/i.test(type) ? new URLSearchParams(text).get("payload") : text;
  if (json === null) throw new UnreadableDelivery('the form has no field "payload"');
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new UnreadableDelivery("the payload is not JSON", { cause });
  }
}

/** The repositories of a server of one's own may lie below any folder. */
function ownerAndName(repository: string): string | null {
  const [, owner, name] = /[/:]([A-Za-z0-9_.-]+)\/([A-Za-z0-9_.-]+?)(?:\.git)?\/?$/.exec(repository) ?? [];
  return owner && name && /[a-z0-9]/i.test(owner) && /[a-z0-9_-]/i.test(name) ? `${owner}/${name}` : null;
}

/**
 * Whether a repository's host belongs to the API's host: it is the same one, or the API's host without `api.`, as with
 * GitHub's own and GHE.com's. A token is sent only to the server that it was made for.
 */
function isServedBy(apiUrl: string, repository: string): boolean {
  const [, host] = /^(?:(?:https?|ssh):\/\/)?(?:[^@/]+@)?(\[[0-9a-f:.]+\]|[^:/]+)[:/]/i.exec(repository) ?? [];
  if (host === undefined) return false;
  const home = new URL(apiUrl).hostname.replace(/^api\./, "");
  return [home, `ssh.${home}`].includes(host.toLowerCase().replace(/\.$/, ""));
}
