import { describe, expect, it } from "vitest";
import { parseJsonWithComments } from "../../../builder/source/json-with-comments.ts";
import { plannedService } from "../tree.ts";

const app = { "package.json": "{}", "server.js": "" };

describe("app.json", () => {
  it("gives the health check that Dokku and Heroku read there, comments and all", async () => {
    const { service, decisions, warnings } = await plannedService({
      ...app,
      "app.json": `{
        // how it is checked
        "healthchecks": { "web": [
          { "type": "liveness", "path": "/alive" },
          { "type": "startup", "path": "/ready", "timeout": 7, "attempts": 20, "wait": 8, },
        ] },
      }`,
    });
    expect(service.health).toMatchObject({ path: "/ready", tryTimeoutMs: 7000, timeoutMs: 300_000 });
    expect(decisions).toContain("Health check: GET /ready (app.json)");
    expect(warnings).toEqual([]);
  });

  it("makes no check less patient, and gives way to baton.yaml", async () => {
    const { service } = await plannedService({
      ...app,
      "app.json": '{ "healthchecks": { "web": [{ "path": "/a", "attempts": 2, "wait": 2, "timeout": 5 }] } }',
      "baton.yaml": "stacks: { web: { health: { path: /b } } }",
    });
    expect(service.health).toMatchObject({ path: "/b", timeoutMs: 90_000 });
  });

  it("that is broken is said, and stops nothing", async () => {
    const { warnings } = await plannedService({ ...app, "app.json": "{ nonsense" });
    expect(warnings).toEqual([expect.stringMatching(/^app\.json is not used, because it is not valid JSON: /)]);
  });

  it("has parts that are not used, which are named", async () => {
    const { warnings } = await plannedService({
      ...app,
      "app.json": '{ "scripts": { "dokku": { "predeploy": "x" } }, "cron": [{}] }',
    });
    expect(warnings).toEqual(["app.json: scripts.dokku, cron not used"]);
  });
});

describe("JSON with comments", () => {
  it("leaves what looks like a comment in a string alone", () => {
    expect(parseJsonWithComments('{ /* a */ "url": "http://a/*b*/", "q": "\\"//", "l": [1, 2,], } // end')).toEqual({
      url: "http://a/*b*/",
      q: '"//',
      l: [1, 2],
    });
  });
});
