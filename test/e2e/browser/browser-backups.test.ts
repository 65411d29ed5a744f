import { expect, test } from "vitest";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { barriers, useBrowser } from "../support/browser.ts";

const baton = useBaton({ BATON_WATCH: "1s" });
const workshop = useWorkshop();
const visitors = useBrowser(baton);

/** `/add/x` adds a line to a file in a volume; every answer is the whole file. */
const server = `
const { appendFileSync, existsSync, readFileSync } = require("node:fs");
require("node:http").createServer(({ url }, answer) => {
  const [, add, line] = url.split("/");
  if (add === "add") appendFileSync("/data/list", line + "\\n");
  answer.end(existsSync("/data/list") ? readFileSync("/data/list") : "");
}).listen(process.env.PORT);
`;

test("what a product keeps is backed up from its tab, and restored after its page has said what is lost", async () => {
  const repository = await workshop.appOf({
    "compose.yaml":
      'services: { web: { build: ., ports: ["3000"], volumes: ["kept:/data"] } }\nvolumes: { kept: {} }\n',
    Dockerfile: 'FROM baton/node:22\nCOPY server.cjs /\nCMD ["node", "/server.cjs"]\n',
    "server.cjs": server,
  });
  const { code, text } = await repository.push(baton().remote("notes")).done;
  expect(code, text).toBe(0);
  await baton().ask("notes", "/add/before");

  const { page, complaints } = await visitors.member();
  await page.goto("/products/notes");
  await page.getByRole("link", { name: "Backups" }).click();
  await page.getByText("never backed up").waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: /^Back up now/ }).click();
  const history = page.getByRole("region", { name: "History" });
  await history.getByText("Done").waitFor();
  expect(await barriers(page)).toEqual([]);
  await baton().ask("notes", "/add/after");

  await history.getByRole("link", { name: /^Restore\s+web of/ }).click();
  await page.getByRole("heading", { name: "Restore web of notes?" }).waitFor();
  await page.getByText("What is there now is backed up first. If that fails, nothing is replaced.").waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Restore web" }).click();
  await history.getByText("before a restore").waitFor();
  await history.getByText("Restored").first().waitFor();
  await expect.poll(async () => (await baton().ask("notes", "/")).body, { timeout: 30_000 }).toBe("before\n");

  // What was there is not lost: the backup that was made before the restore has it.
  await history
    .getByRole("link", { name: /^Restore\s+web of/ })
    .first()
    .click();
  await page.getByRole("button", { name: "Restore web" }).click();
  await expect.poll(async () => (await baton().ask("notes", "/")).body, { timeout: 30_000 }).toBe("before\nafter\n");
  expect(complaints()).toEqual([]);
});
