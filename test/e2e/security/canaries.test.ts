import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { beforeAll, describe, expect, test } from "vitest";
import { endpoints } from "../../../server/routes.ts";
import { formsOf } from "../../../server/rules/wording/secret-forms.ts";
import { runProvider } from "../../openid/running-provider.ts";
import { aBrowser } from "../../web/browser.ts";
import type { World } from "../../web/world.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { createHook } from "../support/forge-hook.ts";

/**
 * Every kind of secret that Baton is given gets a text that occurs nowhere else. A good and two failing versions print
 * them in every way they can; then every place where somebody could look is searched for them.
 */
const baton = useBaton({ BATON_ALLOW_PRIVATE_REPOSITORIES: "1" });
const workshop = useWorkshop();

const aCanary = (name: string) => `cnry-${name}-${randomBytes(9).toString("hex")}/+&'ü`;
const aToken = (name: string) => `cnry${name}${randomBytes(12).toString("hex")}`;
const variables = {
  API_TOKEN: aCanary("env"),
  BUILD_TOKEN: aCanary("build"),
  FILE_TOKEN: aCanary("file"),
  DATABASE_URL: `postgres://shop:${aToken("url")}@db:5432/shop`,
  TLS_KEY: ["-----BEGIN PRIVATE KEY-----", aToken("line"), aToken("next"), "-----END PRIVATE KEY-----"].join("\n"),
};
const lines = variables.TLS_KEY.split("\n");
/** What is searched for, by what it was. Secrets that Baton makes are added as it shows them, once. */
const canaries: Record<string, string> = {
  "a variable": variables.API_TOKEN,
  "a variable of builds": variables.BUILD_TOKEN,
  "a variable in a file": variables.FILE_TOKEN,
  "the password in a URL": variables.DATABASE_URL.split(/[:@]/)[2] ?? "",
  "a line of a key": lines[1] ?? "",
  "the next line of a key": lines[2] ?? "",
  "a shared variable": aCanary("shared"),
  "a repository's token": aToken("repo"),
  "a person's password": aCanary("password"),
  "the identity provider's secret": aToken("provider"),
};

/** Prints its secrets in every way: whole, encoded, in pieces, with colours, with other text. */
const chatter = `
import { readFileSync, existsSync } from "node:fs";
export function chat(secrets) {
  for (const [name, value] of Object.entries(secrets)) {
    const bytes = (before) => Buffer.from(before + value);
    console.log(name + " is " + value);
    for (const before of ["", "a", "ab"]) console.log(bytes(before).toString("base64"), bytes(before).toString("base64url"));
    console.log(bytes("").toString("hex"), encodeURIComponent(value), JSON.stringify({ value }), new URLSearchParams({ value }).toString());
    console.error("'" + value.replaceAll("'", "'\\\\''") + "'");
    const half = Math.floor(value.length / 2);
    process.stdout.write(value.slice(0, half));
    process.stdout.write("\\u001b[31m" + value.slice(half) + "\\u001b[0m\\n");
  }
}
export const secrets = () => ({
  ...Object.fromEntries(["API_TOKEN", "DATABASE_URL", "TLS_KEY", "SHARED_TOKEN"].map((name) => [name, process.env[name] ?? ""])),
  ...(existsSync("/etc/vault/token") ? { file: readFileSync("/etc/vault/token", "utf8") } : {}),
});
`;
const server = `
import { createServer } from "node:http";
import { chat, secrets } from "./chatter.mjs";
chat(secrets());
if (process.env.MOOD === "crash") throw new Error("cannot connect with " + process.env.API_TOKEN);
createServer((request, answer) => answer.end("ok")).listen(3000);
`;
const build = (command: string) => `FROM baton/node:22
COPY . .
RUN --mount=type=secret,id=BUILD_TOKEN ${command}
EXPOSE 3000
CMD ["node", "server.mjs"]
`;
const printsInBuild = `node --input-type=module -e 'import { readFileSync } from "node:fs"; import { chat } from "./chatter.mjs"; chat({ built: readFileSync("/run/secrets/BUILD_TOKEN", "utf8") })'`;
const compose = (mood: string) => `services:
  web:
    build: .
    environment: { MOOD: ${mood} }
    ports: ["3000"]
    configs: [{ source: token, target: /etc/vault/token }]
    depends_on: { migrate: { condition: service_completed_successfully } }
    x-baton: { health: { timeout: 20s } }
  migrate:
    build: .
    command: ["node", "--input-type=module", "-e", "import { chat, secrets } from './chatter.mjs'; chat(secrets())"]
configs:
  token: { content: "\${FILE_TOKEN}" }
`;

/** Command lines of this machine's processes that held a canary, seen ten times a second. */
const exposedProcesses = new Set<string>();
const pushed: string[] = [];
let instance: string;

beforeAll(async () => {
  const { api } = baton();
  const watching = new AbortController();
  const watched = watchProcesses(watching.signal);
  const created = await api.send<{ webhook: { secret: string } }>("POST", "/api/products", { name: "vault" });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  const { id } = await api.installation("vault");
  const set = await api.send("PUT", `/api/product-deployments/${id}/variables`, {
    set: variables,
    atBuild: { BUILD_TOKEN: true },
  });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  await fillWithSecrets();

  const repository = await workshop.appOf({ "chatter.mjs": chatter, "server.mjs": server });
  for (const [mood, dockerfile] of [
    ["serve", build(printsInBuild)],
    ["crash", build(printsInBuild)],
    ["serve", build(`${printsInBuild} && exit 7`)],
  ] as const) {
    // Never the same twice, so that no build is answered from the engine's cache.
    const made = randomBytes(8).toString("hex");
    await repository.write({ "compose.yaml": compose(mood), Dockerfile: dockerfile, "made.txt": made });
    await repository.commit(`A version to ${mood}`);
    const { text } = await repository.push(baton().remote("vault")).done;
    pushed.push(text);
  }
  watching.abort();
  await watched;
  const [network] = await baton().inDocker();
  instance = /baton-(\w+)-/.exec(network ?? "")?.[1] ?? "";
});

/** Gives Baton its other secrets: shared, of a repository, of people, of tokens and of webhooks. */
async function fillWithSecrets(): Promise<void> {
  const { api, url } = baton();
  const [environment] = (await api.get<{ items: { id: number }[] }>("/api/environments")).items;
  await expectOk(
    api.send("PUT", `/api/environments/${environment?.id}/variables`, {
      set: { SHARED_TOKEN: canaries["a shared variable"] },
    }),
  );
  const mirror = await expectOk<{ webhook: { url: string; secret: string } }>(
    api.send("POST", "/api/products", { name: "mirror", repository: "http://127.0.0.1:9/acme/mirror.git" }),
  );
  canaries["a webhook's secret"] = mirror.webhook.secret;
  await expectOk(api.send("PATCH", "/api/products/mirror/source", { token: canaries["a repository's token"] }));
  await expectOk(api.send("POST", "/api/products/mirror/deploy-key"));
  await createHook(mirror.webhook, "http://127.0.0.1:9/acme/mirror.git").deliver("1".repeat(40), { event: "ping" });

  const token = { name: "ci", scopes: ["read"] };
  canaries["an API token"] = (await expectOk<{ token: string }>(api.send("POST", "/api/tokens", token))).token;
  const invited = await expectOk<{ url: string }>(api.send("POST", "/api/users/invitations", { role: "maintainer" }));
  const person = visitor();
  await person.get(new URL(invited.url).pathname);
  const password = canaries["a person's password"] ?? "";
  await person.post(new URL(invited.url).pathname, { name: "Grace", email: "grace@example.com", password });
  expect(await person.isSignedIn()).toBe(true);
  for (const value of person.cookies.values()) if (value.length > 30) canaries[`a session ${value.length}`] = value;
  await setIdentityProvider();
  await fetch(`${url}/api/products`, { headers: { Authorization: `Bearer ${canaries["an API token"]}` } });
}

function visitor() {
  const world = { fetch: (to: string, init?: RequestInit) => fetch(to, { ...init, redirect: "manual" }) };
  return aBrowser(world as unknown as World, baton().url);
}

async function setIdentityProvider(): Promise<void> {
  await using provider = await runProvider(`${baton().url}/sign-in/provider/return`);
  const admin = visitor();
  await admin.get("/sign-in");
  await admin.post("/sign-in", { token: baton().token });
  await admin.get("/system/sign-in");
  const { status, html } = await admin.post("/system/sign-in", {
    ...{ issuer: provider.issuer, clientId: "baton", label: "Company", domains: "example.com", role: "deployer" },
    clientSecret: canaries["the identity provider's secret"] ?? "",
  });
  expect(status, html).toBe(303);
}

describe("what Baton is told in confidence", () => {
  test("was printed by builds, init services and apps, so that there is something to find", async () => {
    expect(pushed.map((text) => /Deployed #1|failed/i.exec(text)?.[0].toLowerCase())).toEqual([
      "deployed #1",
      "failed",
      "failed",
    ]);
    const containers = await baton().containersOf("vault");
    const raw = await Promise.all(
      containers.map((name) => baton().docker.getContainer(name).logs({ stdout: true, stderr: true })),
    );
    expect(found(raw.join("\n"))).toEqual(
      expect.arrayContaining(["a variable", "a variable in a file", "a shared variable"]),
    );
    const logs = await Promise.all((await baton().api.deployments("vault")).map(({ id }) => baton().api.log(id)));
    for (const log of logs) expect(log).toContain("[hidden: BUILD_TOKEN]");
    expect(logs.join()).toContain("[hidden: API_TOKEN]");
    expect(logs.join()).toContain("[hidden: FILE_TOKEN]");
    expect(logs.join()).toContain("cannot connect with [hidden: API_TOKEN]");
  });

  test("is in no terminal of git push", () => {
    expect(pushed.flatMap(found)).toEqual([]);
  });

  test("is in no answer to a GET of pages, API, streams and metrics", async () => {
    const shown: string[] = [];
    const statuses: number[] = [];
    for (const path of await everyPath()) {
      const { status, text } = await read(path);
      statuses.push(status);
      shown.push(...found(text).map((what) => `${path}: ${what}`));
    }
    expect(shown).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(50);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  });

  test("is in no column of the database as it is", async () => {
    const database = postgres(baton().environment.DATABASE_URL ?? "", { max: 1 });
    try {
      const tables = await database<{ name: string }[]>`
        select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`;
      const leaks: string[] = [];
      for (const { name } of tables) {
        const rows = await database.unsafe<{ text: string }[]>(`select row_to_json(t)::text as text from ${name} t`);
        const dump = rows.map(({ text }) => text).join("\n");
        leaks.push(...[...found(dump), ...found(bytesIn(dump))].map((what) => `${name}: ${what}`));
      }
      expect(tables.length).toBeGreaterThan(20);
      expect(leaks).toEqual([]);
    } finally {
      await database.end();
    }
  });

  test("is in no file of the data folder but the one that is mounted into the app", async () => {
    const leaks: string[] = [];
    for (const file of await filesBelow(baton().environment.BATON_DATA ?? "")) {
      const what = found(await readFile(file, "utf8").catch(() => ""));
      if (what.length > 0) leaks.push(`${file.replace(/.*\/data\//, "")}: ${what}`);
    }
    expect(leaks.filter((leak) => !leak.startsWith("mounts/"))).toEqual([]);
    expect(leaks.some((leak) => leak.includes("a variable in a file"))).toBe(true);
    expect(found(baton().process().output())).toEqual([]);
  });

  test("is on no command line of a process", () => {
    expect([...exposedProcesses]).toEqual([]);
  });

  test("is in no layer, history or setting of an image, and of a container in its environment only", async () => {
    const { docker } = baton();
    const images = await docker.listImages({ filters: { label: [`baton.instance=${instance}`] } });
    expect(images.length).toBeGreaterThan(0);
    for (const { Id: id } of images) {
      const image = docker.getImage(id);
      expect(found(JSON.stringify([await image.history(), await image.inspect()]))).toEqual([]);
    }
    const [newest] = images;
    const { stdout } = await promisify(execFile)("docker", ["save", newest?.Id ?? ""], {
      maxBuffer: 2 ** 30,
      encoding: "latin1",
    });
    for (const text of ["cnry", Buffer.from("cnry-").toString("hex"), Buffer.from("cnry-b").toString("base64")]) {
      expect(stdout.includes(text), text).toBe(false);
    }
    for (const name of await baton().containersOf("vault")) {
      const { Config: config, ...rest } = await docker.getContainer(name).inspect();
      expect(found(JSON.stringify({ ...rest, Config: { ...config, Env: [] } })), name).toEqual([]);
      expect(found(config.Env.join("\n"))).toContain("a variable");
    }
  });
});

const forms = () =>
  Object.entries(canaries).flatMap(([what, canary]) => formsOf(canary, 12).map((form) => [what, form.toLowerCase()]));

/** The canaries in a text, in whatever form. */
function found(text: string): readonly string[] {
  const lower = text.toLowerCase();
  return [...new Set(forms().flatMap(([what = "", form = ""]) => (lower.includes(form) ? [what] : [])))];
}

/** The bytes of columns that are shown in hexadecimal. */
function bytesIn(dump: string): string {
  return [...dump.matchAll(/\\\\x([0-9a-f]{16,})/g)]
    .map(([, hex = ""]) => Buffer.from(hex, "hex").toString("latin1"))
    .join("\n");
}

async function everyPath(): Promise<readonly string[]> {
  const { api } = baton();
  const { id: installation } = await api.installation("vault");
  const deployments = (await api.deployments("vault")).map(({ id }) => String(id));
  const [environment] = (await api.get<{ items: { id: number; name: string }[] }>("/api/environments")).items;
  const values = (path: string, parameter: string): readonly string[] => {
    if (parameter === "slug" || parameter === "product") return ["vault", "mirror"];
    if (parameter === "repository") return ["vault.git"];
    if (parameter === "environmentId" || path.startsWith("/api/environments")) return [String(environment?.id)];
    if (parameter === "name") return [path.startsWith("/docs") ? "variables" : (environment?.name ?? "")];
    if (path.includes("product-deployments")) return [String(installation)];
    return path.includes("deployments/") ? deployments : ["1", "2"];
  };
  const paths = endpoints
    .filter(({ method }) => method === "GET")
    .flatMap(({ path }) => {
      const plain = path.replace(/\{[^}]*\}/g, "");
      const expand = (some: string): readonly string[] => {
        const parameter = /:(\w+)/.exec(some)?.[1];
        if (parameter === undefined) return [some];
        return values(path, parameter).flatMap((value) => expand(some.replace(`:${parameter}`, value)));
      };
      return expand(plain);
    });
  const logs = `/api/product-deployments/${installation}/logs`;
  return [
    ...paths,
    `${logs}?tail=1000`,
    `${logs}?tail=1000&follow=true`,
    "/git/vault.git/info/refs?service=git-upload-pack",
  ];
}

/** An answer, and of one that doesn't end what arrives within a second. */
async function read(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { Authorization: `Bearer ${baton().token}`, Accept: "*/*" };
  const isStream = /stream|events|progress|follow/.test(path);
  const signal = AbortSignal.timeout(isStream ? 3_000 : 60_000);
  const decoder = new TextDecoder();
  let status = 0;
  let text = "";
  try {
    const answer = await fetch(new URL(path, baton().url), { headers, signal, redirect: "manual" });
    status = answer.status;
    text = JSON.stringify([...answer.headers]);
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    if (!isStream) throw error;
  }
  return { status, text };
}

async function watchProcesses(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const pid of await readdir("/proc")) {
      if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (line.includes("cnry") && found(line).length > 0) exposedProcesses.add(line.replaceAll("\0", " "));
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function expectOk<Body>(asked: Promise<{ readonly status: number; readonly body: unknown }>): Promise<Body> {
  const { status, body } = await asked;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body as Body;
}
