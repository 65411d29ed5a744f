import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core";
import { expect, test } from "vitest";
import { loadAssets } from "../../server/web/http/assets/assets.ts";
import { encode } from "../../server/web/streams/sse.ts";
import { Layout } from "../../views/frame/layout.tsx";
import { LiveRegion, Part } from "../../views/frame/live-region.tsx";
import { LogLines, LogPanel, logIncomingId } from "../../views/ui/output/log.tsx";
import { createSamples, report } from "./support/figures.ts";

/** Measures a log of 100,000 lines in Chromium: until every line is loaded, while scrolling, and while searching. */

const count = 100_000;
const linesInMessage = 2_000;
const frames = 240;
const patienceMs = 240_000;
const assets = loadAssets(fileURLToPath(new URL("../..", import.meta.url)));

test("a log of 100,000 lines: arrival, scrolling, search and memory", async () => {
  await using site = await startSite();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(patienceMs);
    const beganMs = performance.now();
    await page.goto(site.url);
    await page.getByRole("log").getByText(lineOf(count)).waitFor();
    const arrivedMs = performance.now() - beganMs;

    const reading = await scrollUp(page, "400");
    const leaping = await scrollUp(page, "scroll.scrollHeight / (frames + 1)");
    const searchMs = await search(page, `line ${count / 2} of`);
    const client = await page.context().newCDPSession(page);
    const { add, samples } = createSamples();
    add("100,000 lines arrived, ms", arrivedMs);
    add("reading, frame, ms", ...reading);
    add("leaping, frame, ms", ...leaping);
    add("search, ms", searchMs);
    add("script heap, MB", await heapMegabytes(client));
    add("renderer, MB", await rendererMegabytes(browser));
    add("lines in the page", await page.locator(".line").count());
    await report("log", samples);
    expect([reading.length, leaping.length]).toEqual([frames, frames]);
  } finally {
    await browser.close();
  }
});

/** Scrolls up from the end by this many pixels a frame. Resolves with the duration of each frame, shortest first. */
async function scrollUp(page: Page, pixels: string): Promise<readonly number[]> {
  const times: unknown = await page.evaluate(`new Promise((resolve) => {
    const frames = ${frames};
    const scroll = document.querySelector("[data-log-scroll]");
    scroll.scrollTop = scroll.scrollHeight;
    const pixels = ${pixels};
    const from = scroll.scrollTop;
    const times = [];
    let last = performance.now();
    const next = (now) => {
      times.push(now - last);
      last = now;
      if (times.length > frames) return resolve(scroll.scrollTop < from - 50_000 ? times.slice(1) : null);
      scroll.scrollTop -= pixels;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`);
  if (!Array.isArray(times)) throw new Error("the log did not scroll");
  return times.map(Number).sort((left, right) => left - right);
}

/**
 * Types a search and resolves with the time from the last letter until the number of hits appears. It includes the
 * pause in which the page waits for more letters.
 */
async function search(page: Page, words: string): Promise<number> {
  return Number(
    await page.evaluate(`new Promise((resolve) => {
      const [field, hits] = [document.querySelector("[data-log-search]"), document.querySelector("[data-log-hits]")];
      const began = performance.now();
      new MutationObserver(() => resolve(performance.now() - began)).observe(hits, { childList: true });
      field.value = ${JSON.stringify(words)};
      field.dispatchEvent(new Event("input", { bubbles: true }));
    })`),
  );
}

async function heapMegabytes(client: CDPSession): Promise<number> {
  await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  return usedSize / 1_000_000;
}

/** DOM elements are not part of the script heap, so this reads what the renderer process reports about itself. */
async function rendererMegabytes(browser: Browser): Promise<number> {
  const client = await browser.newBrowserCDPSession();
  const { processInfo } = await client.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? Number.NaN));
  return Math.max(...sizes) / 1_000;
}

/** Serves the real panel, script and style sheet, with a stream that says that a log already exists. */
async function startSite() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://site").pathname;
    if (path === "/stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      for (let first = 1; first <= count; first += linesInMessage) {
        response.write(encode({ data: await message(first, Math.min(first + linesInMessage, count + 1)) }));
      }
      return;
    }
    const asset = assets.find(path.split("/").at(-1) ?? "");
    response.writeHead(200, { "Content-Type": asset?.contentType ?? "text/html; charset=utf-8" });
    response.end(asset?.body ?? (await html()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function html(): Promise<string> {
  const panel = LogPanel({
    title: "Log",
    blocks: [],
    omitted: 0,
    downloadUrl: "/",
    search: { path: "/", query: {}, words: "" },
    isEndless: true,
    empty: "No output yet.",
  });
  const frame = {
    title: "log",
    section: null,
    visitor: null,
    allowed: [],
    hasAccount: false,
    csrf: null,
    nonce: "measured",
    asset: assets.get,
    mood: "idle",
    now: new Date(),
    version: "0",
  } as const;
  const children = LiveRegion({ stream: { url: "/stream", pauseInBackground: false }, children: panel });
  return String(await Layout({ frame, hasStream: true, children }));
}

async function message(first: number, end: number): Promise<string> {
  const lines = Array.from({ length: end - first }, (_, index) => lineOf(first + index));
  const children = LogLines({ blocks: [{ kind: "output", time: "12:00:00", lines }] });
  return String(await Part({ target: logIncomingId, how: "append", children }).toString());
}

/** Some lines are coloured, and some are long enough to wrap. */
function lineOf(line: number): string {
  if (line % 10 === 0 && line !== count)
    return `\u001b[32mline ${line} of the log\u001b[0m: ${"and so on ".repeat(20)}`;
  return `line ${line} of the log`;
}
