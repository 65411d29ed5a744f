import { expect, test } from "vitest";
import { missingSteps } from "../../../server/rules/products/missing-steps.ts";
import { type SetUpFacts, setUpSteps } from "../../../server/rules/products/set-up-steps.ts";

const live = { tone: "good", title: "Live", detail: null } as const;
const open: SetUpFacts = {
  domain: "apps.example.com",
  httpPort: 80,
  httpsPort: 443,
  publicUrl: new URL("https://baton.example.com"),
  own: ["198.41.0.4"],
  dashboard: live,
  wildcard: live,
  hasLiveProduct: false,
};
const lines = (changes: Partial<SetUpFacts>) => {
  const facts = { ...open, ...changes };
  return missingSteps({ ...facts, steps: setUpSteps(facts), listenPort: 4000, checklist: "/set-up" });
};

test("a server that is reached has nothing missing, even before its first app", () => {
  expect(lines({})).toEqual([]);
});

test("a server that is meant for its own machine gets no checklist", () => {
  expect(lines({ domain: "localhost", publicUrl: new URL("http://127.0.0.1:4000") })).toEqual([]);
});

test("what is missing is listed with what to enter, and how to sign in meanwhile", () => {
  const dashboard = { tone: "bad", title: "No DNS record", detail: "Add an A record for 198.41.0.4." } as const;
  expect(lines({ dashboard })).toEqual([
    "Still missing before others can reach this server:",
    "",
    "  - Point the dashboard's name at this server. No DNS record.",
    "      baton.example.com.  A  198.41.0.4",
    "",
    "Checklist   http://127.0.0.1:4000/set-up",
    "By SSH      ssh -L 4000:127.0.0.1:4000 root@this-server",
  ]);
});

test("a dashboard that is reached has the checklist at its own address", () => {
  const printed = lines({ wildcard: { tone: "bad", title: "No DNS record", detail: null } });
  expect(printed).toContain("Checklist   https://baton.example.com/set-up");
  expect(printed.join()).not.toContain("ssh");
});
