import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../bin/set-up/places.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const copied = ["bin", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];

const main = `import { answer } from "./web/answer.ts";
const alive = setInterval(() => {}, 60_000);
process.once("SIGINT", () => {
  clearInterval(alive);
  process.exitCode = answer;
});
process.stdout.write(\`serving \${answer} \${process.env.BATON_DATA} \${process.env.BATON_CADDY_BIN}\\n\`);
`;

const config = `export class BadConfig extends Error {
  override readonly name = "BadConfig";
}
export function readConfig(environment: NodeJS.ProcessEnv): object {
  if (environment.BATON_WATCH === "long") throw new BadConfig("BATON_WATCH must be a duration");
  return {};
}
`;

/** This checkout with its npm packages and a server of three files, which answers SIGINT with exit code 42. */
export async function smallCheckout(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  for (const name of ["server/boot", "server/web", "views", "builder"])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "server/main.ts"), main);
  await writeFile(join(folder, "server/boot/config.ts"), config);
  await writeFile(join(folder, "server/web/answer.ts"), "export const answer: number = 42;\n");
  return folder;
}
