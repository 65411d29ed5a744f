/** The documents that come with Baton, in the order in which users need them. */
export const documentNames = [
  "what-builds",
  "compose",
  "baton-yaml",
  "stacks",
  "replicas",
  "variables",
  "backups",
  "restore",
  "github",
  "people",
  "permissions",
  "machines",
  "going-public",
  "security",
  "reliability",
  "requirements",
  "upgrade",
] as const;
export type DocumentName = (typeof documentNames)[number];

export const documents: Readonly<Record<DocumentName, { readonly title: string; readonly about: string }>> = {
  "what-builds": {
    title: "What Baton builds",
    about: "Dockerfiles, and Node, Python, Go and static apps without one.",
  },
  compose: { title: "Compose files", about: "How Baton runs each service, and which keys it supports." },
  "baton-yaml": { title: "baton.yaml", about: "Stacks, ports, health checks and limits, all of them optional." },
  stacks: { title: "Products made of stacks", about: "The order of a deployment, data, cut-over and rollback." },
  replicas: {
    title: "Replicas",
    about: "A service in several containers: scaling, sticky sessions, and one that fails.",
  },
  variables: { title: "Variables and secrets", about: "Where values come from, who sees them, and the key." },
  backups: { title: "Backups", about: "Databases and files of products: schedules, places, and the way back." },
  restore: { title: "Backup of Baton itself", about: "One archive of the server, and a new server made of it." },
  github: { title: "GitHub", about: "Webhooks, deploy keys, and what is reported back." },
  people: { title: "People and signing in", about: "Accounts, invitations, second factors, and OpenID Connect." },
  permissions: {
    title: "Permissions",
    about: "What each role and each scope of a token may do, and what tokens look like.",
  },
  machines: { title: "More machines", about: "A cluster: adding machines, draining them, and what a lost one means." },
  "going-public": { title: "Going public", about: "DNS, firewall, HTTPS, and signing in from a laptop." },
  security: { title: "Security", about: "What is isolated and what is not, and how to report a problem." },
  reliability: { title: "Reliability", about: "What happens on a bad day, fault by fault." },
  upgrade: { title: "Upgrading", about: "Baton itself, Docker and the machine, without losing a request." },
  requirements: { title: "What Baton runs on", about: "Linux distributions, Node.js, and Docker of each kind." },
};

export function documentNamed(name: string): DocumentName | null {
  return documentNames.find((known) => known === name) ?? null;
}
