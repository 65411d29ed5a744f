import { describe, expect, test } from "vitest";
import { isSetUp, type SetUpFacts, setUpSteps } from "../../../server/rules/products/set-up-steps.ts";
import type { HostState } from "../../../server/rules/routing/host-state.ts";

const good: HostState = { tone: "good", title: "Live", detail: null };
const missing: HostState = { tone: "bad", title: "No DNS record", detail: "Add an A record for 198.41.0.4." };
const local: SetUpFacts = {
  domain: "localhost",
  httpPort: 8080,
  httpsPort: 8443,
  publicUrl: new URL("http://127.0.0.1:4000"),
  own: ["198.41.0.4"],
  dashboard: null,
  wildcard: null,
  hasLiveProduct: false,
};
const open: SetUpFacts = {
  ...local,
  domain: "apps.example.com",
  httpPort: 80,
  httpsPort: 443,
  publicUrl: new URL("https://baton.example.com"),
  dashboard: good,
  wildcard: good,
  hasLiveProduct: true,
};
const statesOf = (facts: SetUpFacts) => Object.fromEntries(setUpSteps(facts).map(({ id, state }) => [id, state]));
const step = (facts: SetUpFacts, wanted: string) => setUpSteps(facts).find(({ id }) => id === wanted);

describe("the set-up checklist", () => {
  test("of a new server has everything to do, with what to type", () => {
    expect(new Set(Object.values(statesOf(local)))).toEqual(new Set(["todo"]));
    expect(step(local, "domain")?.example).toBe("BATON_DOMAIN=apps.example.com");
    expect(step(local, "dashboard")?.detail).toBe("Set BATON_PUBLIC_URL first.");
  });

  test("is over when each step is done", () => {
    expect(isSetUp(setUpSteps(open))).toBe(true);
    expect(isSetUp(setUpSteps({ ...open, hasLiveProduct: false }))).toBe(false);
  });

  test("shows the record to enter for the dashboard and for all apps", () => {
    const facts = { ...open, dashboard: missing, wildcard: missing };
    expect(step(facts, "dashboard")).toMatchObject({
      state: "todo",
      detail: "No DNS record. Add an A record for 198.41.0.4.",
      example: "baton.example.com.  A  198.41.0.4",
    });
    expect(step(facts, "wildcard")?.example).toBe("*.apps.example.com.  A  198.41.0.4");
    expect(step({ ...facts, own: ["10.0.0.5"] }, "wildcard")?.example).toBe(
      "*.apps.example.com.  A  <this server's public address>",
    );
  });

  test("waits where waiting helps", () => {
    const waiting: HostState = { tone: "wait", title: "Waiting for the certificate", detail: null };
    expect(step({ ...open, dashboard: waiting }, "dashboard")?.state).toBe("waiting");
  });

  test("says why certificates fail on other ports", () => {
    expect(step({ ...open, httpPort: 8080 }, "ports")).toMatchObject({ state: "todo" });
    expect(step({ ...open, httpPort: 8080 }, "ports")?.detail).toContain("Caddy listens on 8080 and 443");
  });
});
