import { isIPv4 } from "node:net";
import { isPublicAddress } from "../../model/names/public-address.ts";
import type { HostState } from "../routing/host-state.ts";
import type { FrontDoor } from "../routing/urls.ts";
import { isServedPlain } from "../routing/urls.ts";

/** The facts that decide whether a team can reach this Baton and its apps from the internet. */
export interface SetUpFacts extends FrontDoor {
  readonly publicUrl: URL;
  readonly own: readonly string[];
  /** The state of the dashboard's host. Null when it was not looked up. */
  readonly dashboard: HostState | null;
  /**
   * The state of a made-up name below the base domain, which only a wildcard record resolves. Null when it was not
   * looked up.
   */
  readonly wildcard: HostState | null;
  /** Whether any product has a live version. */
  readonly hasLiveProduct: boolean;
}

export interface SetUpStep {
  readonly id: "domain" | "public-url" | "ports" | "dashboard" | "wildcard" | "first-app";
  readonly title: string;
  readonly state: "done" | "todo" | "waiting";
  /** The current state, or what to do. */
  readonly detail: string;
  /** Something to copy: a line of configuration or a DNS record. */
  readonly example: string | null;
}

const exampleDomain = "apps.example.com";

/** The steps from a bare server to HTTPS, in the order in which a person takes them. */
export function setUpSteps(facts: SetUpFacts): readonly SetUpStep[] {
  const { domain, publicUrl, httpPort, httpsPort } = facts;
  const isLocal = isServedPlain(domain);
  const isHttps = publicUrl.protocol === "https:";
  const isUsualPorts = httpPort === 80 && httpsPort === 443;
  return [
    isLocal
      ? todo(
          "domain",
          "Choose a domain for your apps",
          `Each app gets a name below it, such as shop.${exampleDomain}. Set it and restart Baton. Until then, only this machine can open your apps.`,
          `BATON_DOMAIN=${exampleDomain}`,
        )
      : done("domain", "Choose a domain for your apps", `Apps are served below ${domain}.`),
    isHttps
      ? done("public-url", "Give the dashboard a public address", `The dashboard is at ${publicUrl.origin}.`)
      : todo(
          "public-url",
          "Give the dashboard a public address",
          "Pushes, webhooks and sign-ins from other machines use it. With https, Caddy gets the certificate and passes requests on; BATON_LISTEN can stay on loopback.",
          "BATON_PUBLIC_URL=https://baton.example.com",
        ),
    portsStep(isLocal && !isHttps, isUsualPorts, httpPort, httpsPort),
    hostStep({
      id: "dashboard",
      title: "Point the dashboard's name at this server",
      state: isHttps ? facts.dashboard : null,
      record: isHttps ? recordFor(publicUrl.hostname, facts.own) : null,
      before: "Set BATON_PUBLIC_URL first.",
    }),
    hostStep({
      id: "wildcard",
      title: "Point your apps' names at this server",
      state: isLocal ? null : facts.wildcard,
      record: isLocal ? null : recordFor(`*.${domain}`, facts.own),
      before: "Set BATON_DOMAIN first.",
    }),
    facts.hasLiveProduct
      ? done("first-app", "Deploy your first app", "A product is live.")
      : todo("first-app", "Deploy your first app", "Push it, connect a repository, or deploy the sample.", null),
  ];
}

/** Whether others can reach this server. The checklist is shown until then. */
export function isSetUp(steps: readonly SetUpStep[]): boolean {
  return steps.every(({ state }) => state === "done");
}

function portsStep(isLocal: boolean, isUsual: boolean, httpPort: number, httpsPort: number): SetUpStep {
  const title = "Open ports 80 and 443";
  if (isLocal) {
    return todo(
      "ports",
      title,
      "Allow them in your firewall and your provider's. Caddy listens on them once a domain is set.",
      null,
    );
  }
  if (isUsual) {
    return done("ports", title, "Caddy listens on both. Allow them in your firewall and your provider's.");
  }
  return todo(
    "ports",
    title,
    `Caddy listens on ${httpPort} and ${httpsPort}. Certificates need 80 and 443: leave BATON_HTTP_PORT and BATON_HTTPS_PORT unset, or forward 80 and 443 to them.`,
    null,
  );
}

function hostStep(step: {
  readonly id: SetUpStep["id"];
  readonly title: string;
  readonly state: HostState | null;
  readonly record: string | null;
  readonly before: string;
}): SetUpStep {
  const { id, title, state, record, before } = step;
  if (!state) return { ...todo(id, title, before, record) };
  const detail = state.detail ? `${state.title}. ${state.detail}` : `${state.title}.`;
  if (state.tone === "good") return done(id, title, detail);
  return { id, title, state: state.tone === "wait" ? "waiting" : "todo", detail, example: record };
}

/** Formats a DNS record in the terms of DNS providers' forms. */
function recordFor(host: string, own: readonly string[]): string {
  const address = own.find((own) => isIPv4(own) && isPublicAddress(own)) ?? "<this server's public address>";
  return `${host}.  A  ${address}`;
}

function done(id: SetUpStep["id"], title: string, detail: string): SetUpStep {
  return { id, title, state: "done", detail, example: null };
}

function todo(id: SetUpStep["id"], title: string, detail: string, example: string | null): SetUpStep {
  return { id, title, state: "todo", detail, example };
}
