import type { SourceTree } from "../../../plan/plan.ts";
import type { PackageJson } from "../package/package-json.ts";
import { buildScriptOf } from "./build-script.ts";
import { configText } from "./config-text.ts";

/** A framework whose build makes a server that package.json need not name. */
interface Framework {
  readonly name: string;
  /** Any of these packages gives it away. */
  readonly packages: readonly string[];
  readonly line: string | ((packages: readonly string[]) => string);
  /** The start script of its template, which is meant to be run in the folder that the build makes. */
  readonly insteadOf?: string;
}

/** What makes a server of its own out of a Vite build, which is only a handler without it. */
const nitro = ["nitro", "nitropack", "@tanstack/nitro-v2-vite-plugin", "vinxi"];

/** Runs a handler: the npm package that a start line calls by this name, and that no app need list. */
export const handlerServer = { program: "srvx", package: "srvx@0.11" } as const;

/** SvelteKit's choice among its adapters, by the place that it is built in. */
export const adapterAuto = "@sveltejs/adapter-auto";

const frameworks: readonly Framework[] = [
  { name: "Nuxt", packages: ["nuxt"], line: "node .output/server/index.mjs" },
  // adapter-auto makes the same where it finds that Google's buildpacks are at work: see node-dockerfile.ts.
  { name: "SvelteKit", packages: ["@sveltejs/adapter-node", adapterAuto], line: "node build" },
  { name: "Astro", packages: ["@astrojs/node"], line: "node ./dist/server/entry.mjs" },
  { name: "React Router", packages: ["@react-router/serve"], line: "react-router-serve ./build/server/index.js" },
  { name: "Remix", packages: ["@remix-run/serve"], line: "remix-serve ./build/server/index.js" },
  { name: "SolidStart", packages: ["@solidjs/start"], line: "node .output/server/index.mjs" },
  {
    name: "TanStack Start",
    packages: ["@tanstack/react-start", "@tanstack/solid-start"],
    line: (packages) =>
      nitro.some((name) => packages.includes(name))
        ? "node .output/server/index.mjs"
        : "srvx --prod --static ../client dist/server/server.js",
  },
  { name: "Nitro", packages: ["nitropack", "nitro"], line: "node .output/server/index.mjs" },
  { name: "Next.js", packages: ["next"], line: "next start" },
  { name: "Nest", packages: ["@nestjs/core"], line: "node dist/main" },
  {
    name: "AdonisJS",
    packages: ["@adonisjs/core"],
    line: "node build/bin/server.js",
    insteadOf: "node bin/server.js",
  },
];

/** How the server is started that the build makes; null where the app is built with none of these, or makes pages only. */
export async function serverOf(
  tree: SourceTree,
  manifest: PackageJson,
): Promise<{ readonly name: string; readonly line: string; readonly insteadOf: string | null } | null> {
  const script = buildScriptOf(manifest);
  if (script === null) return null;
  const all = [...manifest.dependencies, ...manifest.devDependencies];
  const framework = frameworks.find(({ packages }) => packages.some((name) => all.includes(name)));
  if (framework === undefined) return null;
  if (framework.name === "Nuxt" && /\bgenerate\b/.test(manifest.scripts[script] ?? "")) return null;
  if (framework.name === "Next.js" && (await exportsPages(tree))) return null;
  const { name, line, insteadOf = null } = framework;
  return { name, line: typeof line === "string" ? line : line(all), insteadOf };
}

/** What gives away that a program is written for another host, which calls it there and starts no server. */
const otherHosts: readonly (readonly [RegExp, string])[] = [
  [/^(?:wrangler|@cloudflare\/(?:vite-plugin|workers-types))$/, "Cloudflare Workers"],
  [/^@fastly\/js-compute$/, "Fastly Compute"],
  [/^@types\/aws-lambda$/, "AWS Lambda"],
];

/** The host that an app without a start script is written for; null: none that is known. */
export function otherHostOf({ dependencies, devDependencies }: PackageJson): string | null {
  const packages = [...dependencies, ...devDependencies];
  return otherHosts.find(([pattern]) => packages.some((name) => pattern.test(name)))?.[1] ?? null;
}

/** Next.js writes plain files when it is told so. */
export async function exportsPages(tree: SourceTree): Promise<boolean> {
  return /\boutput\s*:\s*["'`]export["'`]/.test(await configText(tree, "next.config"));
}
