import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as httpGet, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { staticCaddyfile } from "../../builder/languages/static/caddyfile.ts";
import { noRules, readHeaders, readRedirects, type SiteRules } from "../../builder/languages/static/netlify-files.ts";
import { caddyBin } from "../proxy/real-caddy.ts";
import { freePorts } from "../run/free-ports.ts";

const files = {
  "index.html": "home",
  "about.html": "about",
  "404.html": "nothing here",
  "docs/index.html": "docs",
  "big.css": "a { color: red }\n".repeat(500),
  ".env": "secret",
  "docs/.git/config": "secret",
  ".well-known/security.txt": "contact",
  "main.8e2d9f1c.css": "",
  "chunk-4f2a9b1c7d3e.js": "",
  "assets/index-BfX3d9aK.js": "",
  "assets/main-carousel.js": "",
  "holiday-20240115.png": "",
  "style.css": "",
  "report-8e2d9f1c.html": "",
};

for (const hasNotFoundPage of [true, false]) {
  describe(`a static site ${hasNotFoundPage ? "with" : "without"} a 404.html`, () => {
    let site: Site;
    beforeAll(async () => {
      site = await serve({ hasNotFoundPage, singlePage: false });
    });
    afterAll(() => site.stop());

    it.each([
      ["/", "home"],
      ["/index.html", "home"],
      ["/about", "about"],
      ["/docs/", "docs"],
      ["/.well-known/security.txt", "contact"],
    ])("serves %s", async (path, body) => {
      expect(await site.get(path)).toMatchObject({ status: 200, body });
    });

    it("sends a folder to its address with a slash", async () => {
      expect(await site.get("/docs")).toMatchObject({ status: 308, headers: { location: "/docs/" } });
    });

    it.each([
      "/missing",
      "/main.00000000a.css",
      "/.env",
      "/%2eenv",
      "//.env",
      "/docs/..%2f.env",
      "/docs/.git/config",
      "/.well-known/../.env",
    ])("has nothing at %s, and that is not kept", async (path) => {
      const answer = await site.get(path);
      expect(answer).toMatchObject({ status: 404, headers: { "cache-control": "no-cache" } });
      expect(answer.body).toBe(hasNotFoundPage ? "nothing here" : "404 Not Found");
    });

    it.each([
      ["/", false],
      ["/style.css", false],
      ["/holiday-20240115.png", false],
      ["/assets/main-carousel.js", false],
      ["/report-8e2d9f1c.html", false],
      ["/main.8e2d9f1c.css", true],
      ["/chunk-4f2a9b1c7d3e.js", true],
      ["/assets/index-BfX3d9aK.js", true],
    ])("lets browsers keep %s for a year: %s", async (path, forAYear) => {
      const { headers } = await site.get(path);
      expect(headers["cache-control"]).toBe(forAYear ? "public, max-age=31536000, immutable" : "no-cache");
    });

    it("compresses text, and says nothing of the server", async () => {
      const { headers } = await site.get("/big.css", { "accept-encoding": "gzip" });
      expect(headers).toMatchObject({ "content-encoding": "gzip", "x-content-type-options": "nosniff" });
      expect(headers).not.toHaveProperty("server");
    });
  });
}

interface Site {
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>;
  stop(): Promise<void>;
}

describe("a single-page app", () => {
  let site: Site;
  beforeAll(async () => {
    site = await serve({ hasNotFoundPage: false, singlePage: true });
  });
  afterAll(() => site.stop());

  it.each([
    ["/", "home"],
    ["/orders/17", "home"],
    ["/about", "about"],
    ["/docs/", "docs"],
    ["/.well-known/security.txt", "contact"],
  ])("answers %s", async (path, body) => {
    const answer = await site.get(path);
    expect(answer).toMatchObject({ status: 200, body, headers: { "cache-control": "no-cache" } });
  });

  it.each(["/missing.js", "/orders/17.json", "/.env", "/docs/.git/config"])("has nothing at %s", async (path) => {
    expect(await site.get(path)).toMatchObject({ status: 404 });
  });
});

describe("a static site with _redirects and _headers", () => {
  let site: Site;
  beforeAll(async () => {
    const redirects = [
      "/old /about.html 301",
      "/go/* https://example.com/:splat 302",
      "/up/* /:splat",
      "/app/* /docs/index.html 200",
      "/about / 302!",
      "/docs/* /about 301",
      "/gone /404.html 404",
    ];
    const headers = ["/*", "  X-Test: yes", "/style.css", '  Cache-Control: public, max-age="60"'];
    site = await serve({
      hasNotFoundPage: true,
      singlePage: false,
      rules: { redirects: readRedirects(redirects.join("\n")).lines, headers: readHeaders(headers.join("\n")).lines },
      more: { _redirects: "x", _headers: "x" },
    });
  });
  afterAll(() => site.stop());

  it.each([
    ["/old", 301, "/about.html"],
    ["/old/", 301, "/about.html"],
    ["/go/a/b", 302, "https://example.com/a/b"],
    ["/up//example.com", 301, "/example.com"],
    ["/about", 302, "/"],
    ["/docs/missing", 301, "/about"],
  ])("sends %s on", async (path, status, location) => {
    expect(await site.get(path)).toMatchObject({ status, headers: { location, "x-test": "yes" } });
  });

  it("shows another page for an address, and prefers files that are there", async () => {
    expect(await site.get("/app/x")).toMatchObject({ status: 200, body: "docs" });
    expect(await site.get("/docs/")).toMatchObject({ status: 200, body: "docs" });
  });

  it.each(["/gone", "/_redirects", "/_headers", "/.env"])("has nothing at %s", async (path) => {
    expect(await site.get(path)).toMatchObject({ status: 404, body: "nothing here" });
  });

  it("gives its own headers, also in place of the usual ones", async () => {
    const answer = await site.get("/style.css");
    expect(answer.headers).toMatchObject({ "x-test": "yes", "cache-control": 'public, max-age="60"' });
  });
});

async function serve({
  hasNotFoundPage,
  singlePage,
  rules = noRules,
  more = {},
}: {
  readonly hasNotFoundPage: boolean;
  readonly singlePage: boolean;
  readonly rules?: Pick<SiteRules, "redirects" | "headers">;
  readonly more?: Readonly<Record<string, string>>;
}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "baton-static-"));
  for (const [path, content] of Object.entries({ ...files, ...more })) {
    if (path === "404.html" && !hasNotFoundPage) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const [port = 0] = await freePorts(1);
  const caddyfile = join(folder, ".Caddyfile");
  await writeFile(caddyfile, staticCaddyfile({ port: 1, singlePage, rules }).replace("/srv", folder));
  const caddy = spawn(caddyBin(), ["run", "--config", caddyfile, "--adapter", "caddyfile"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env.PATH, HOME: folder, PORT: String(port) },
  });
  const printed: string[] = [];
  for await (const line of createInterface({ input: caddy.stderr })) {
    printed.push(line);
    if (line.includes("serving initial configuration")) break;
  }
  if (!printed.at(-1)?.includes("serving")) throw new Error(printed.join("\n"));
  caddy.stderr.resume();

  return {
    get: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const request = httpGet({ host: "127.0.0.1", port, path, headers }, (answer) => {
          const status = answer.statusCode ?? 0;
          text(answer).then((body) => resolve({ status, headers: answer.headers, body }), reject);
        });
        request.on("error", reject);
      }),
    async stop() {
      const gone = once(caddy, "exit");
      caddy.kill();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
