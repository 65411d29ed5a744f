import type { SourceTree } from "../../../plan/plan.ts";
import type { PackageJson } from "../package/package-json.ts";
import { buildScriptOf } from "./build-script.ts";
import { configText } from "./config-text.ts";

/** A framework whose build makes a server that package.json need not name. */
interface Framework {
  readonly name: string;
  /** The packages of the framework. Any of them identifies it. */
  readonly packages: readonly string[];
  readonly line: string | ((packages: readonly string[]) => string);
  /** The start script of the framework's template, which works only in the folder that the build creates. */
  readonly insteadOf?: string;
}

/** Packages that turn a Vite build into a standalone server. Without them it is only a request handler. */
const nitro = ["nitro", "nitropack", "@tanstack/nitro-v2-vite-plugin", "vinxi"];

/**
 * The program that serves a request handler. Start lines call it by this name, and apps need not depend on its package.
 */
export const handlerServer = { program: "srvx", package: "srvx@0.11" } as const;

/** SvelteKit's adapter that chooses another adapter by the platform it is built on. */
export const adapterAuto = "@sveltejs/adapter-auto";

const frameworks: readonly Framework[] = [
  { name: "Nuxt", packages: ["nuxt"], line: "node .output/server/index.mjs" },
  // adapter-auto makes the same server when it detects Google's buildpacks: see node-build.ts.
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

/**
 * Returns the line that starts the server of the app's framework. Null when no framework is known, or the build makes
 * only static pages.
 */
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

/** Packages of programs written for another host, which calls their code and starts no server. */
const otherHosts: readonly (readonly [RegExp, string])[] = [
  [/^(?:wrangler|@cloudflare\/(?:vite-plugin|workers-types))$/, "Cloudflare Workers"],
  [/^@fastly\/js-compute$/, "Fastly Compute"],
  [/^@types\/aws-lambda$/, "AWS Lambda"],
];

/** Returns the host that an app without a start script is written for; null when it is not known. */
export function otherHostOf({ dependencies, devDependencies }: PackageJson): string | null {
  const packages = [...dependencies, ...devDependencies];
  return otherHosts.find(([pattern]) => packages.some((name) => pattern.test(name)))?.[1] ?? null;
}

/** Whether Next.js is set to export static pages. */
export async function exportsPages(tree: SourceTree): Promise<boolean> {
  return /\boutput\s*:\s*["'`]export["'`]/.test(await configText(tree, "next.config"));
}
