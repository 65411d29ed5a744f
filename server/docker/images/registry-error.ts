import type { PullFailed } from "../../ports/engine/images.ts";

// Docker Hub answers "pull access denied … repository does not exist or may require 'docker login'" when it does not
// know a name, so a refusal is checked before an absence.
const denied = /denied|unauthorized|authentication required|authorization failed|no basic auth credentials/i;
const missing =
  /manifest unknown|manifest for \S+ not found|not found|does not exist|name unknown|no match for platform/i;
const unreachable =
  /dial tcp|no such host|connection (?:refused|reset)|i\/o timeout|timeout exceeded|deadline exceeded|TLS handshake timeout|network is unreachable|no route to host|server misbehaving|\bEOF\b|server gave HTTP response|proxyconnect|service unavailable|bad gateway/i;

/** Classifies why an image could not be pulled, from the daemon's message. */
export function reasonOf(words: string): PullFailed["reason"] {
  // "Not found" means something else when an address cannot be looked up or dialled.
  if (unreachable.test(words)) return "unreachable";
  if (denied.test(words)) return "denied";
  if (missing.test(words)) return "missing";
  return "other";
}

const explanations: Readonly<Record<PullFailed["reason"], string>> = {
  unreachable: "no registry responded",
  missing: "the registry has no such image",
  denied: "the registry requires credentials, or has no such image",
  other: "the registry's response could not be used",
};

/** Writes a phrase such as "no registry responded (dial tcp 127.0.0.1:1: connect: connection refused)". */
export function explain(words: string): string {
  return `${explanations[reasonOf(words)]} (${words})`;
}

/** Shortens a name as people write it: `docker.io/library/node:22@sha256:…` becomes `node:22`. */
export function familiar(reference: string): string {
  const name = reference.replace(/^docker\.io\/(?:library\/)?/, "");
  return name.replace(/^(.*[^/]:[\w.-]+)@sha256:[0-9a-f]{64}$/, "$1");
}
