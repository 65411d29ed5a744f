import type { PackageJson } from "../package/package-json.ts";
import { commandsIn } from "../start/command-line.ts";
import { linesRunBy } from "../start/run-time-needs.ts";

/** Development servers: a program with the pattern of arguments that start its server. Null means any arguments. */
const developmentServers: readonly (readonly [RegExp, RegExp | null])[] = [
  [/^vite$/, /^(?!build|optimize)/],
  [/^(?:react-scripts|craco|react-app-rewired)$/, /^start/],
  [/^parcel$/, /^(?!build)/],
  [/^webpack$/, /^serve/],
  [/^(?:webpack-dev-server|nodemon|live-server|browser-sync)$/, null],
  [/^(?:next|nuxt|nuxi|remix|react-router|vinxi|svelte-kit)$/, /^(?:dev|vite:dev)/],
  [/^astro$/, /^(?:dev|preview|start)/],
  [/^(?:@11ty\/)?eleventy$/, /--serve|--watch/],
  [/^ng$/, /^(?:serve|dev)/],
  [/^docusaurus$/, /^(?:start|serve)/],
  [/^(?:vitepress|vuepress)$/, /^(?:dev|preview|serve)/],
  [/^gatsby$/, /^(?:develop|serve|start)/],
  [/^(?:vue-cli-service|polymer)$/, /^serve/],
  [/^stencil$/, /--serve|--watch/],
  [/^expo$/, /^start/],
  [/^(?:umi|max|sanity)$/, /^(?:dev|start)/],
  [/^brunch$/, /^watch/],
  [/^nx$/, /^(?:serve|dev|run \S+:(?:serve|dev))\b/],
  [/^(?:hexo|ember|quasar)$/, /^(?:server|serve|s|dev)\b/],
];

/** Words that only run the command that follows them. */
const wrappers = /^(?:npx|bunx|exec|env|cross-env|dotenv|--)$/;

/** Returns the programs that a line runs, also through scripts of package.json, each with its arguments. */
export function programsRunBy(line: string, manifest: PackageJson): readonly (readonly string[])[] {
  return linesRunBy(line, manifest).flatMap(commandsIn).map(withoutWrappers);
}

function withoutWrappers(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word, index) => {
    const runsAnother =
      wrappers.test(word) || (/^(?:pnpm|yarn|npm)$/.test(word) && /^(?:exec|dlx)$/.test(words[index + 1] ?? ""));
    return !(runsAnother || /^(?:exec|dlx|-y|--yes)$/.test(word) || /^\w+=/.test(word));
  });
  const rest = words.slice(Math.max(first, 0));
  // `yarn vite build`, `pnpm astro build` and `bun --bun next build` run a package's program.
  const [program = "", ...more] = rest;
  return /^(?:pnpm|yarn|bun)$/.test(program) && more.length > 0 && more[0] !== "run"
    ? more.filter((word) => word !== "--bun")
    : rest;
}

/** Whether the line starts a server that watches the source. Such a server is slow and shows internals to its users. */
export function isDevelopmentServer(line: string, manifest: PackageJson): boolean {
  return programsRunBy(line, manifest).some(([program = "", ...words]) =>
    developmentServers.some(
      ([name, serving]) => name.test(program) && (serving === null || serving.test(words.join(" "))),
    ),
  );
}
