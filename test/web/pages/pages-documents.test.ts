import { readdirSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { documentNames } from "../../../views/system/documents.ts";
import { aMember, type Member } from "../member.ts";
import { createWorld } from "../world.ts";

/** These pages are for people who change Baton; the dashboard shows what its users need. */
const forDevelopers = ["architecture", "benchmarks", "docker-versions", "style", "torture"];

let member: Member;
beforeEach(async () => {
  member = await aMember(await createWorld());
});

test("every page leads to the documentation, which lists each document that comes with Baton", async () => {
  expect((await member.get("/queue")).html).toContain('<a href="/docs">Documentation</a>');
  const { html } = await member.get("/docs");
  for (const name of documentNames) expect(html).toContain(`href="/docs/${name}"`);
  expect(html).toContain('href="/api/openapi.json"');
  const files = readdirSync(new URL("../../../docs", import.meta.url)).filter((file) => file.endsWith(".md"));
  expect(files.map((file) => file.slice(0, -3)).sort()).toEqual([...documentNames, ...forDevelopers].sort());
});

test.each(documentNames)("%s is shown as a page, and its links lead somewhere", async (name) => {
  const { status, html } = await member.get(`/docs/${name}`);
  expect(status).toBe(200);
  const article = html.slice(html.indexOf("<article"), html.indexOf("</article>"));
  expect(article).toMatch(/<h1 id="[\w-]+">/);
  expect(article.replace(/<(?:pre|code)[^>]*>.*?<\/(?:pre|code)>/gs, "")).not.toMatch(/\*\*|`|\]\(/);
  for (const [, url = ""] of article.matchAll(/href="([^"]+)"/g)) {
    if (/^https?:/.test(url)) continue;
    const [path = "", anchor] = url.split("#");
    const target = await member.get(path === "" ? `/docs/${name}` : path);
    expect(target.status, url).toBe(200);
    if (anchor !== undefined) expect(target.html, url).toContain(`id="${anchor}"`);
  }
});

test("a document that is not there is not found, whatever its name is", async () => {
  for (const name of ["nothing", "..%2FREADME", "__proto__"]) {
    expect((await member.get(`/docs/${name}`)).status).toBe(404);
  }
});
