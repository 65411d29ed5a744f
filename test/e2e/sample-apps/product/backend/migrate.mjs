import { readFileSync } from "node:fs";
import { ask } from "./database.mjs";

const { version, migration } = JSON.parse(readFileSync(new URL("release.json", import.meta.url), "utf8"));

process.stdout.write(`migrating to ${version}\n`);
if (migration === "broken") {
  process.stdout.write("column does not exist\n");
  process.exit(1);
}
await ask(`SET schema ${version}`);
process.stdout.write(`migrated to ${version}\n`);
