import { PlanProblem, type SourceTree } from "../../../plan/plan.ts";
import { readStaticfile } from "../../static/staticfile.ts";
import type { PackageJson } from "../package/package-json.ts";
import { angularOutput } from "./angular-output.ts";
import { buildScriptOf } from "./build-script.ts";
import { configText } from "./config-text.ts";
import { programsRunBy } from "./development-server.ts";
import { exportsPages } from "./frameworks.ts";

/** A build that makes only files for a web server. */
export interface StaticBuild {
  /** The tool's name for people. */
  readonly tool: string;
  /** The folder that the files are written to. */
  readonly output: string;
  /**
   * The file that names the folder, for the log: "netlify.toml". Null when it is the tool's default or from its own
   * configuration.
   */
  readonly outputSource: string | null;
  /** Whether the page itself handles its addresses. A path that is not a file gets the first page. */
  readonly singlePage: boolean;
}

interface Site {
  readonly tree: SourceTree;
  readonly packages: readonly string[];
  /** The tool's arguments in the build script. */
  readonly words: readonly string[];
}

interface Tool {
  readonly name: string;
  readonly program: RegExp;
  /** Matches the arguments of a build. */
  readonly builds: RegExp;
  readonly singlePage: boolean | ((site: Site) => Promise<boolean>);
  /** Returns the output folder; null when the tool builds a server. */
  readonly output: (site: Site) => Promise<string | null>;
}

/** Packages with which a Vite build makes a server. */
const servers = [
  ..."@tanstack/react-start @tanstack/solid-start @solidjs/start @builder.io/qwik-city @qwik.dev/router".split(" "),
  ..."@hono/vite-build @hono/vite-cloudflare-pages @cloudflare/vite-plugin".split(" "),
];

const tools: readonly Tool[] = [
  { name: "Vite", program: /^vite$/, builds: /^build/, singlePage: viteIsSinglePage, output: viteOutput },
  tool("Create React App", /^(?:react-scripts|craco|react-app-rewired)$/, /^build/, "build", true),
  {
    name: "Angular",
    program: /^ng$/,
    builds: /^build/,
    singlePage: true,
    output: ({ tree }) => angularOutput(tree),
  },
  {
    name: "Astro",
    program: /^astro$/,
    builds: /^build/,
    singlePage: false,
    async output({ tree }) {
      const config = await configText(tree, "astro.config");
      const isServer = /\badapter\s*:|\boutput\s*:\s*["'`](?:server|hybrid)/.test(config);
      return isServer ? null : (setting(config, "outDir") ?? "dist");
    },
  },
  {
    name: "Eleventy",
    program: /^(?:@11ty\/)?eleventy$/,
    builds: /^(?!.*--serve)/,
    singlePage: false,
    async output({ tree, words }) {
      const config = await configText(tree, "eleventy.config", ".eleventy");
      return option(words, "--output") ?? setting(config, "output") ?? "_site";
    },
  },
  {
    name: "Docusaurus",
    program: /^docusaurus$/,
    builds: /^build/,
    singlePage: false,
    output: async ({ words }) => option(words, "--out-dir") ?? "build",
  },
  {
    name: "VitePress",
    program: /^vitepress$/,
    builds: /^build/,
    singlePage: false,
    output: async ({ words }) => inFolder(words[1], ".vitepress/dist"),
  },
  {
    name: "VuePress",
    program: /^vuepress$/,
    builds: /^build/,
    singlePage: false,
    output: async ({ words }) => inFolder(words[1], ".vuepress/dist"),
  },
  {
    name: "Parcel",
    program: /^parcel$/,
    builds: /^build/,
    singlePage: true,
    output: async ({ words }) => option(words, "--dist-dir") ?? "dist",
  },
  {
    name: "Next.js",
    program: /^next$/,
    builds: /^build/,
    singlePage: false,
    async output({ tree }) {
      return (await exportsPages(tree)) ? (setting(await configText(tree, "next.config"), "distDir") ?? "out") : null;
    },
  },
  tool("Nuxt", /^(?:nuxt|nuxi)$/, /^generate/, ".output/public", false),
  tool("Gatsby", /^gatsby$/, /^build/, "public", false),
  tool("Vue CLI", /^vue-cli-service$/, /^build/, "dist", true),
  tool("Preact CLI", /^preact$/, /^build/, "build", true),
  tool("Ember", /^ember$/, /^build/, "dist", true),
  tool("Hexo", /^hexo$/, /^(?:generate|g)\b/, "public", false),
  tool("Quasar", /^quasar$/, /^build/, "dist/spa", true),
  tool("Stencil", /^stencil$/, /^build/, "www", true),
  tool("Umi", /^(?:umi|max)$/, /^build/, "dist", true),
  tool("Brunch", /^brunch$/, /^build/, "public", true),
  tool("Sanity", /^sanity$/, /^build/, "dist", true),
  tool("Expo", /^expo$/, /^export/, "dist", true),
  {
    name: "React Router",
    program: /^react-router$/,
    builds: /^build/,
    singlePage: true,
    output: async ({ tree }) =>
      /\bssr\s*:\s*false/.test(await configText(tree, "react-router.config")) ? "build/client" : null,
  },
  {
    name: "webpack",
    program: /^webpack$/,
    builds: /^(?!serve)/,
    singlePage: true,
    output: async ({ packages }) => (packages.includes("html-webpack-plugin") ? "dist" : null),
  },
];

function tool(name: string, program: RegExp, builds: RegExp, folder: string, singlePage: boolean): Tool {
  return { name, program, builds, singlePage, output: async () => folder };
}

/** Returns the site that the build script makes. Null when there is no such script, or it makes something else. */
export async function staticBuild(tree: SourceTree, manifest: PackageJson): Promise<StaticBuild | null> {
  const script = buildScriptOf(manifest);
  if (script === null) return null;
  const packages = [...manifest.dependencies, ...manifest.devDependencies];
  for (const [program = "", ...words] of programsRunBy(`npm run ${script}`, manifest)) {
    const found = tools.find((candidate) => candidate.program.test(program) && candidate.builds.test(words.join(" ")));
    if (found === undefined) continue;
    const site = { tree, packages, words };
    const folder = await found.output(site);
    if (folder === null) return null;
    const said = await saidElsewhere(tree);
    return {
      tool: found.name,
      output: insideRepository(said?.folder ?? folder, said?.source ?? `${found.name}'s configuration`),
      outputSource: said?.source ?? null,
      singlePage: typeof found.singlePage === "boolean" ? found.singlePage : await found.singlePage(site),
    };
  }
  return siteOfStaticfile(tree);
}

/** Returns the site in a Staticfile's folder, whatever tool builds it, when that folder is not in the repository. */
async function siteOfStaticfile(tree: SourceTree): Promise<StaticBuild | null> {
  const root = (await readStaticfile(tree))?.root;
  if (!root || [...tree.files.keys()].some((path) => path.startsWith(`${root}/`))) return null;
  return { tool: "The build script", output: root, outputSource: "Staticfile", singlePage: false };
}

async function viteOutput({ tree, packages, words }: Site): Promise<string | null> {
  if (packages.includes("@sveltejs/kit")) {
    return packages.includes("@sveltejs/adapter-static") ? await svelteKitOutput(tree) : null;
  }
  if (servers.some((name) => packages.includes(name)) || words.includes("--ssr")) return null;
  return option(words, "--outDir") ?? setting(await configText(tree, "vite.config"), "outDir") ?? "dist";
}

async function viteIsSinglePage({ tree, packages }: Site): Promise<boolean> {
  if (!packages.includes("@sveltejs/kit")) return true;
  return /\bfallback\s*:\s*["'`]index\.html/.test(await configText(tree, "svelte.config"));
}

async function svelteKitOutput(tree: SourceTree): Promise<string> {
  return setting(await configText(tree, "svelte.config"), "pages") ?? "build";
}

/** Returns the output folder that a Staticfile or another host's configuration names. */
async function saidElsewhere(tree: SourceTree): Promise<{ readonly folder: string; readonly source: string } | null> {
  const root = (await readStaticfile(tree))?.root;
  if (root) return { folder: root, source: "Staticfile" };
  const netlify = /^\s*publish\s*=\s*"([^"]+)"/m.exec((await tree.read("netlify.toml")) ?? "")?.[1];
  if (netlify && !/^[./]*$/.test(netlify)) return { folder: netlify, source: "netlify.toml" };
  const vercel = /"outputDirectory"\s*:\s*"([^"]+)"/.exec((await tree.read("vercel.json")) ?? "")?.[1];
  return vercel && !/^[./]*$/.test(vercel) ? { folder: vercel, source: "vercel.json" } : null;
}

/** Allows only a plain path, because it becomes part of a Dockerfile line. */
function insideRepository(folder: string, source: string): string {
  const path = folder.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
  if (/^[\w@.-]+(?:\/[\w@.-]+)*$/.test(path) && !path.split("/").includes("..")) return path;
  throw new PlanProblem(
    `the output folder "${folder}" (${source}) is not a plain path inside the repository`,
    "Make the build write to a folder inside the repository, such as dist.",
  );
}

/** Returns the value in `--output x` or `--output=x`. */
function option(words: readonly string[], name: string): string | null {
  const at = words.indexOf(name);
  const assigned = words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  return assigned ?? (at < 0 ? null : (words[at + 1] ?? null));
}

/** Returns the value of a setting such as `outDir: "site"` in a configuration file, when it is a literal. */
function setting(text: string, key: string): string | null {
  return new RegExp(`\\b${key}\\s*:\\s*["'\`]([^"'\`$]+)["'\`]`).exec(text)?.[1] ?? null;
}

function inFolder(folder: string | undefined, path: string): string {
  return folder === undefined || folder.startsWith("-") || folder === "." ? path : `${folder}/${path}`;
}
