import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Computer, type Lan, startLan } from "../../swarm/lan.ts";
import { type ApiClient, createApiClient } from "../support/baton/api-client.ts";
import { type Environment, runServer, type ServerProcess } from "../support/baton/server-process.ts";
import { barriers, signIn } from "../support/browser.ts";

const token = "machines-test-token-that-is-long-enough-012345";
const port = 4000;

let lan: Lan;
let home: Computer;
let others: readonly [Computer, Computer];
let folder: string;
let environment: Environment;
let server: ServerProcess;
let url: string;
let api: ApiClient;
let page: Page;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lan = await startLan(3, { joined: true });
  undo.push(async () => lan[Symbol.asyncDispose]());
  const [first, second, third] = lan.computers;
  if (!first || !second || !third) throw new Error("there are not three");
  [home, others] = [first, [second, third]];
  folder = await mkdtemp(join(tmpdir(), "baton-machines-"));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  url = `http://${home.address}:${port}`;
  environment = {
    ...{ BATON_DATA: join(folder, "data"), BATON_LISTEN: `${home.address}:${port}`, BATON_PUBLIC_URL: url },
    ...{ BATON_ADMIN_TOKEN: token, BATON_HELLO: "0", DOCKER_HOST: `unix://${home.socket}` },
    ...{ DATABASE_URL: "", BATON_CADDY_BIN: process.env.BATON_CADDY_BIN ?? "caddy", BATON_LOG_LEVEL: "debug" },
  };
  server = runServer("main.js", environment, [], { within: home.namespace });
  undo.push(async () => {
    await server.stop();
    const { code, output } = await runServer("down.js", environment, ["--yes"], { within: home.namespace }).exited;
    if (code !== 0) throw new Error(output);
  });
  await server.prints("Baton is running");
  api = createApiClient(url, token);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  undo.push(() => browser.close());
  const context = await browser.newContext({ baseURL: url, reducedMotion: "reduce" });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  await page.goto("/");
  await signIn(page, token);
});

afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

interface MachineJson {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly since: string;
  readonly disk: { readonly totalBytes: number } | null;
}

const machines = async () => (await api.get<{ readonly items: readonly MachineJson[] }>("/api/machines")).items;
const item = (name: string) => page.locator("li.machine", { hasText: name });
const badge = (name: string, text: string) => item(name).locator(".badge", { hasText: text });

/** Loads the page until it shows this. */
async function untilShown(name: string, text: string): Promise<void> {
  for (let tries = 0; !(await badge(name, text).isVisible()); tries += 1) {
    if (tries > 60) throw new Error(`${name} is never ${text}: ${await page.locator("main").textContent()}`);
    await page.waitForTimeout(500);
    await page.goto("/machines");
  }
}

async function newCommand(): Promise<string> {
  await page.goto("/machines");
  await page.getByRole("button", { name: "Add a machine" }).click();
  return (await page.locator("#join-command").textContent()) ?? "";
}

/** Runs the command as its user would; resolves with everything that it prints, whether it succeeds or not. */
const joinFrom = (computer: Computer, command: string) =>
  computer.run("sh", ["-c", command]).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) => `FAILED ${stdout}${stderr}`,
  );

async function shoot(name: string): Promise<void> {
  const pictures = process.env.PICTURES;
  if (!pictures) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

test("a cluster is begun on the page, at the server's private address", async () => {
  await page.goto("/system");
  await page.getByRole("link", { name: "Machines" }).click();
  await page.getByText("One machine: this server").waitFor();
  await shoot("machines-none");
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel("Address that the other machines").selectOption(home.address);
  await page.getByRole("button", { name: "Begin a cluster" }).click();
  await page.getByText("The cluster has begun.").waitFor();
  expect(await badge(home.name, "Ready").isVisible()).toBe(true);
  const { stdout } = await home.run("ss", ["-lnt"]);
  expect(stdout).toContain(`${home.address}:2377`);
  expect(stdout).not.toMatch(/(?:0\.0\.0\.0|\*|\[::\]):(?:2377|7946)\s/);
});

test("a machine joins by one command, which works once", async () => {
  const command = await newCommand();
  await shoot("machines-command");
  const printed = await joinFrom(others[0], command);
  expect(printed).toMatch(/Joined: machine-2 is in the cluster now, see http:\S+\/machines\n$/);
  await page.goto("/machines");
  await untilShown("machine-2", "Ready");
  const again = await joinFrom(others[1], command);
  expect(again).toContain("FAILED");
  expect(again).toContain("This command has been used already");
  expect((await machines()).map(({ name, disk }) => [name, disk !== null])).toEqual([
    [home.name, true],
    ["machine-2", true],
  ]);
});

test("a machine that cannot join hears why, as does the page, and then joins by the same command", async () => {
  const command = await newCommand();
  // Something else has Docker's port there.
  const blocker = others[1].run(process.execPath, [
    "-e",
    "require('net').createServer().listen(7946, () => setTimeout(() => process.exit(), 600000))",
  ]);
  await expect.poll(async () => (await others[1].run("ss", ["-lnt"])).stdout).toContain(":7946");
  const refused = await joinFrom(others[1], command);
  expect(refused).toContain("This machine cannot join yet:");
  expect(refused).toContain("Something else listens on its port 7946/tcp, which Docker needs: stop that.");
  await page.goto("/machines");
  await page.getByText("machine-3 tried").waitFor();
  await page.getByText("Something else listens on its port 7946/tcp").waitFor();
  await shoot("machines-refused");
  blocker.child.kill();
  await blocker.catch(() => {});
  expect(await joinFrom(others[1], command)).toContain("Joined: machine-3");
});

test("machines are labelled, drained, lost and back, and removed", async () => {
  await page.goto("/machines");
  await untilShown("machine-3", "Ready");
  await item("machine-2").getByText("Change labels").click();
  await item("machine-2").getByLabel("Labels, one a line").fill("disk=ssd\ngpu");
  await item("machine-2").getByRole("button", { name: "Save" }).click();
  await page.getByText("Labels saved.").waitFor();
  expect(await item("machine-2").textContent()).toContain("disk=ssd");
  await item("machine-2").getByRole("button", { name: "Drain" }).click();
  await untilShown("machine-2", "Drained");

  const before = new Date();
  await others[1].unplug();
  await untilShown("machine-3", "Lost");
  await shoot("machines-lost");
  expect(await barriers(page)).toEqual([]);
  const lost = (await machines()).find(({ name }) => name === "machine-3");
  expect(Date.parse(lost?.since ?? "")).toBeGreaterThan(before.getTime());
  const log = () => readFile(join(folder, "data", "baton.log"), "utf8");
  await expect.poll(log, { timeout: 20_000 }).toContain("the machine machine-3 is lost since");
  await others[1].plug();
  await untilShown("machine-3", "Ready");

  await item("machine-2").getByRole("link", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove machine-2" }).click();
  await page.getByText("Removed. Run docker swarm leave on it.").waitFor();
  await page.goto("/activity");
  const activity = await page.locator("main").textContent();
  for (const did of ["began a cluster at", "added the machine machine-2", "drained machine-2", "removed the machine"]) {
    expect(activity).toContain(did);
  }
});
