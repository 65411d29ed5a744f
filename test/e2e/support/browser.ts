import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import type { Baton } from "./baton/harness.ts";

const executablePath = "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Chromium gives a request up when the machine gets a network interface, which each deployment's network is. */
const networkChanged = "net::ERR_NETWORK_CHANGED";
/** The first push on a machine builds base images, which takes a minute or two. */
const patienceMs = 120_000;

export interface Visit {
  readonly page: Page;
  /** The errors of the page's console and its Content-Security-Policy. */
  complaints(): readonly string[];
}

export interface VisitOptions {
  readonly javaScriptEnabled?: boolean;
}

export interface Visitors {
  /** Opens a browser without any cookies. */
  open(options?: VisitOptions): Promise<Visit>;
  /** Opens a browser that has signed in. */
  member(options?: VisitOptions): Promise<Visit>;
}

export function useBrowser(baton: () => Baton): Visitors {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(() => browser?.close());

  async function open(options: VisitOptions = {}): Promise<Visit> {
    if (!browser) throw new Error("Chromium did not start");
    // Without a graphics card, a smoothly turning spinner takes a whole core.
    const context = await browser.newContext({ baseURL: baton().url, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.text().endsWith(networkChanged)) return;
      if (message.type() === "error" || message.type() === "warning") {
        complaints.push(`${page.url()}: ${message.text()}`);
      }
    });
    return { page, complaints: () => complaints };
  }

  return {
    open,
    async member(options) {
      const visit = await open(options);
      await visit.page.goto("/");
      await signIn(visit.page, baton().token);
      return visit;
    },
  };
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** Marks the current document. The returned function says whether it is still the same one, without a reload. */
export async function markDocument(page: Page): Promise<() => Promise<boolean>> {
  await page.locator("html").evaluate((html: { id: string }) => {
    html.id = "marked";
  });
  return async () => (await page.locator("html#marked").count()) === 1;
}

/** The accessibility problems of the current page in a light and a dark theme: axe's serious and critical findings. */
export async function barriers(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    // Only contrast differs between the themes.
    const { violations } = await (colorScheme === "light" ? axe : axe.withRules(["color-contrast"])).analyze();
    for (const { id, impact, nodes } of violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      const where = nodes.map(({ target }) => target.join(" ")).join(", ");
      found.push(`${page.url()} (${colorScheme}): ${id} at ${where}`);
    }
  }
  return found;
}

/**
 * The pages that a member can open, including those of a product and of one deployment for each outcome that it has
 * had.
 */
export async function everyPage({ api }: Baton, slug: string): Promise<readonly string[]> {
  const deployments = await api.deployments(slug);
  const outcomes = ["ready", "failed", "stopped"] as const;
  const examples = outcomes.flatMap((wanted) => deployments.find(({ status }) => status === wanted) ?? []);
  const tabs = ["", "/deployments", "/logs", "/variables", "/domains", "/webhooks", "/settings"];
  const questions = ["/redeploy", "/stop", "/delete"];
  return [
    ...[
      "/",
      "/?view=dense",
      "/new",
      "/deployments",
      "/queue",
      "/activity",
      "/system",
      "/machines",
      "/set-up",
      "/environments",
    ],
    ...[...tabs, ...questions].map((part) => `/products/${slug}${part}`),
    ...examples.map(({ id }) => `/deployments/${id}`),
    ...examples.filter(({ status }) => status === "ready").map(({ id }) => `/deployments/${id}/redeploy`),
  ];
}
