import { expect, test } from "vitest";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { useBrowser } from "../support/browser.ts";

const baton = useBaton();
const workshop = useWorkshop();
const visitors = useBrowser(baton);

/** An app that records the names and cookies of its requests, and whose page tries to reach its own port. */
const server = `
import { createServer } from "node:http";
const asked = [];
const page = (first, last) => \`<title>Evil</title><script>
  const found = [];
  const look = async (host, port) => {
    const options = { mode: "no-cors", signal: AbortSignal.timeout(2000) };
    await fetch("http://" + host + ":" + port + "/found", options).then(() => found.push(host + ":" + port), () => {});
  };
  (async () => {
    for (const host of ["127.0.0.1", "127.0.0.2", "localhost"]) {
      for (let port = \${first}; port <= \${last}; port++) await look(host, port);
    }
    document.title = "Found " + found.join(" ");
  })();
</script>\`;
createServer((request, answer) => {
  const { pathname, searchParams } = new URL(request.url, "http://app");
  if (pathname === "/seen") return answer.end(JSON.stringify(asked));
  if (pathname !== "/") asked.push({ path: pathname, host: request.headers.host, cookie: request.headers.cookie ?? null });
  answer.setHeader("content-type", "text/html");
  answer.end(pathname === "/look" ? page(searchParams.get("first"), searchParams.get("last")) : "<title>Evil</title>");
}).listen(process.env.PORT);
`;

test("an app that sends its visitor to its own published port is not handed the dashboard's cookie", async () => {
  const repository = await workshop.appOf({
    "package.json": '{ "type": "module" }',
    "server.mjs": server,
    Procfile: "web: node server.mjs",
  });
  const { code, text } = await repository.push(baton().remote("evil")).done;
  expect(code, text).toBe(0);
  const [first = "", last = ""] = (baton().environment.BATON_PORTS ?? "").split("-");

  const { page } = await visitors.member();
  expect((await page.context().cookies()).map(({ name, domain }) => [name, domain])).toEqual([
    ["__Host-baton", "127.0.0.1"],
  ]);
  await page.goto(`http://evil.localhost:${baton().httpPort}/look?first=${first}&last=${last}`);
  await page.waitForFunction("document.title.startsWith('Found')");
  // The page must find its own port, or the rest of the test would prove nothing.
  const [own = ""] = /127\.0\.0\.2:\d+/.exec(await page.title()) ?? [];
  expect(own).not.toBe("");
  await page.evaluate(`location.href = "http://${own}/stolen"`);
  await page.waitForURL(/\/stolen$/);
  const port = own.split(":")[1];
  for (const host of ["127.0.0.1", "localhost"]) {
    const other = await page.context().newPage();
    await expect(other.goto(`http://${host}:${port}/stolen`)).rejects.toThrow("ERR_CONNECTION_REFUSED");
  }

  const seen = JSON.parse((await baton().ask("evil", "/seen")).body) as {
    path: string;
    host: string;
    cookie: unknown;
  }[];
  expect(seen.filter(({ path }) => path === "/stolen")).toEqual([{ path: "/stolen", host: own, cookie: null }]);
  expect(JSON.stringify(seen)).not.toContain("__Host-baton");
  await page.goto("/");
  expect(new URL(page.url()).pathname).toBe("/");
});
