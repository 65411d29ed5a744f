import { describe, expect, it } from "vitest";
import { complaintsOf, serviceOf, withService } from "../composed.ts";

describe("x-baton", () => {
  it("is read whole, numbers from variables included", async () => {
    const lines = `x-baton:
  kind: web
  port: "3000"
  health: { path: /ready, interval: 500ms, tryTimeout: 2s, timeout: 90s, successes: 5 }
  strategy: recreate
  domains: [shop.example.com, www.shop.example.com]`;
    expect((await serviceOf(lines)).xBaton).toEqual({
      kind: "web",
      sticky: false,
      port: 3000,
      health: { path: "/ready", intervalMs: 500, tryTimeoutMs: 2000, timeoutMs: 90_000, successes: 5 },
      strategy: "recreate",
      domains: ["shop.example.com", "www.shop.example.com"],
    });
  });

  it.each([
    ["{ kind: website }", "x-baton.kind must be web, tcp, worker or init"],
    ["{ port: 0 }", "x-baton.port must be a whole number from 1 to 65535"],
    ["{ port: http }", "x-baton.port must be a whole number from 1 to 65535"],
    ["{ strategy: rolling }", "x-baton.strategy must be blue-green or recreate"],
    ["{ health: { path: ready } }", "x-baton.health.path must be a path that begins with a slash"],
    ["{ health: { timeout: 90 } }", "x-baton.health.timeout must be a duration such as 500ms, 5s or 10m"],
    ["{ health: { timeout: soon } }", "x-baton.health.timeout must be a duration such as 500ms, 5s or 10m"],
    ["{ health: { retries: 3 } }", "x-baton.health.retries is not a key of x-baton here"],
    ["{ domain: a.example.com }", "x-baton.domain is not a key of x-baton here"],
    ["{ domains: a.example.com }", "x-baton.domains must be a list of host names"],
    ["{ domains: ['{env.SECRET}'] }", "x-baton.domains[0] must be a host name in lower case, such as shop.example.com"],
    [
      "{ domains: ['*.example.com'] }",
      "x-baton.domains[0] must be a host name in lower case, such as shop.example.com",
    ],
    ["{ kind: worker, port: 80 }", "x-baton.port is set, but a service of kind worker has none"],
    [
      "{ kind: tcp, domains: [a.example.com] }",
      "x-baton.domains are set, but only a service of kind web has domains, and this one is of kind tcp",
    ],
    ["web", "x-baton must hold keys such as kind and port"],
  ])("is refused: %s", async (value, message) => {
    expect(await complaintsOf(withService(`x-baton: ${value}`))).toEqual([`compose.yaml:4 services.web.${message}`]);
  });
});
