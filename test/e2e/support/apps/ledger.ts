import { expect } from "vitest";
import type { useBaton } from "../baton/harness.ts";
import type { Repository } from "../git-client.ts";

/**
 * The source of a database on port 5432 that keeps a row for each `add`, in each of its folders, and answers how many
 * there are.
 *
 * @param folders an expression of JavaScript: a list of paths
 */
export const rowsDatabase = (folders: string) => `
const fs = require("node:fs");
const folders = ${folders};
const rows = (folder) => fs.existsSync(folder + "/rows") ? fs.readFileSync(folder + "/rows", "utf8").length : 0;
require("node:net").createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => {
    if (String(data) === "add") for (const folder of folders) { fs.mkdirSync(folder, { recursive: true }); fs.appendFileSync(folder + "/rows", "."); }
    socket.end(folders.map(rows).join(" "));
  });
}).listen(5432);
`;

/** The source of a web service that asks `db` for the number of its rows. A request to /add first adds a row. */
export const rowsWeb = `
require("node:http").createServer((request, answer) => {
  const socket = require("node:net").connect(5432, "db", () => socket.write(request.url === "/add" ? "add" : "rows"));
  socket.on("error", (error) => { answer.statusCode = 500; answer.end(String(error)); });
  socket.pipe(answer);
}).listen(process.env.PORT);
`;

/**
 * Pushes the product `ledger` with these files, waits until the deployment is settled, and resolves with the terminal's
 * output.
 */
export async function pushLedger(
  baton: ReturnType<typeof useBaton>,
  repository: Repository,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  await repository.write(files);
  await repository.commit("Change");
  const { code, text } = await repository.push(baton().remote("ledger")).done;
  expect(code, text).toBe(0);
  await baton().api.settled((await baton().api.newest("ledger")).id);
  return text;
}
