import type { App } from "../fakes/docker/app.ts";
import { behaviourFile } from "../fakes/docker/app.ts";
import type { Files } from "../fakes/fake-repositories.ts";

type Services = NonNullable<App["services"]>;

/** The stacks of a product that has one service of every kind. Only `site` can run twice. */
const grownStacks = `
  site: {}
  wiki: { volumes: { pages: /pages } }
  db: { kind: tcp, port: 5432, volumes: { data: /data } }
  clock: { kind: worker }
  prepare: { kind: init }`;

/** How the other services behave by default: each listens where it should, and `prepare` succeeds. */
const quick: Services = {
  db: { port: 5432 },
  clock: { port: null },
  prepare: { port: null, exits: [{ afterMs: 200, code: 0 }] },
};

/** A product of one service that behaves like this app. */
export function plain(app: App = {}): Files {
  return files("site: {}", app);
}

/**
 * A product with a web service, one that keeps data, a database, a worker and an init service. `services` overrides how
 * they behave.
 */
export function grown(services: Services = {}, app: App = {}): Files {
  return files(grownStacks, { ...app, services: merge(quick, services) });
}

/**
 * A product whose init service migrates a Postgres, beside a service that keeps files. The database's image is one that
 * Baton knows.
 */
export function migrating(app: App = {}, services: Services = {}): Files {
  const stacks = `
  site: {}
  db: { dockerfile: db.Dockerfile, kind: tcp, port: 5432, volumes: { data: /var/lib/postgresql/data } }
  wiki: { volumes: { pages: /pages } }
  prepare: { kind: init }`;
  const image = { "db.Dockerfile": "FROM postgres:16\nCOPY . .\n" };
  return { ...files(stacks, { ...app, services: merge(quick, services) }), ...image };
}

export function files(stacks: string, app: App): Files {
  return {
    "baton.yaml": `stacks:\n  ${stacks.trim()}\n`,
    ...dockerfile(),
    [behaviourFile]: JSON.stringify(app),
  };
}

export function dockerfile(more = ""): Files {
  return { Dockerfile: `FROM busybox\nCOPY . .\nEXPOSE 3000\n${more}\nCMD ["/app"]\n` };
}

function merge(a: Services = {}, b: Services = {}): Services {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, { ...a[name], ...b[name] }]));
}
