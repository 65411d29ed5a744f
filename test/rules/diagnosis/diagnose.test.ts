import { describe, expect, it } from "vitest";
import type { ContainerState } from "../../../server/ports/engine/containers.ts";
import {
  diagnoseExit,
  diagnoseUnhealthy,
  type Evidence,
  type LastProbe,
  lastWord,
} from "../../../server/rules/diagnosis/diagnose.ts";
import { aService } from "../../model/a-deployment.ts";
import { aContainer } from "../../ports/a-container.ts";

function evidence(changes: Partial<Evidence> = {}, container: Partial<ContainerState> = {}): Evidence {
  return {
    service: aService(),
    container: aContainer(container),
    listening: null,
    lastProbe: null,
    speaksTls: false,
    lastLines: [],
    programs: [],
    machine: "amd64",
    ...changes,
  };
}

const unhealthy = (changes: Partial<Evidence>) => diagnoseUnhealthy("health", 90_000, evidence(changes));

describe("a service that did not become healthy", () => {
  it("listens on another port", () => {
    const failure = unhealthy({ listening: [{ port: 8080, loopbackOnly: false }] });
    expect(failure.message).toBe("nothing listens on port 3000; the app listens on port 8080");
    expect(failure.hint).toContain("`port: 8080` in baton.yaml");
  });

  it("listens on another port, and only on loopback", () => {
    const failure = unhealthy({ listening: [{ port: 8080, loopbackOnly: true }] });
    expect(failure.message).toBe("nothing listens on port 3000; the app listens on 127.0.0.1:8080");
    expect(failure.hint).toContain("on 0.0.0.0 instead of 127.0.0.1");
  });

  it("listens on its port, but only on loopback", () => {
    const failure = unhealthy({ listening: [{ port: 3000, loopbackOnly: true }] });
    expect(failure.message).toContain("127.0.0.1:3000 only");
    expect(failure.hint).toContain("0.0.0.0");
  });

  it("listens nowhere", () => {
    const failure = unhealthy({ listening: [] });
    expect(failure.message).toBe("nothing listens on port 3000");
    expect(failure.hint).toContain("PORT");
    expect(unhealthy({ listening: [], service: aService({ portDeclared: true }) }).hint).not.toContain("PORT");
  });

  it("is not said to listen elsewhere when it listens on its port as well", () => {
    const failure = unhealthy({
      listening: [
        { port: 3000, loopbackOnly: false },
        { port: 9229, loopbackOnly: true },
      ],
      lastProbe: { outcome: "answered", status: 500, detail: "GET / answered 500" },
    });
    expect(failure.message).toBe("GET / kept returning 500 for 90 s");
    expect(failure.lastProbe).toBe("GET / answered 500");
  });

  it.each([
    [400, "ALLOWED_HOSTS in Django"],
    [404, "Set health.path"],
    [401, "sign-in"],
    [403, "sign-in"],
    [500, "output"],
    [418, "2xx or 3xx"],
  ])("answers %i, and the hint fits", (status, hint) => {
    expect(unhealthy({ lastProbe: { outcome: "answered", status, detail: "" } }).hint).toContain(hint);
  });

  it("accepts connections and never answers", () => {
    const failure = unhealthy({
      listening: [{ port: 3000, loopbackOnly: false }],
      lastProbe: { outcome: "timeout", status: null, detail: "GET /: no response within 5.0 s" },
    });
    expect(failure.message).toContain("got no response within 90 s");
    expect(failure.hint).toContain("hangs");
  });

  it("speaks HTTPS, whichever way that shows", () => {
    const answered = { outcome: "answered", status: 400, detail: "GET / answered 400" } as const;
    const failure = unhealthy({ speaksTls: true, lastProbe: answered });
    expect(failure.message).toContain("the app speaks HTTPS on its port (3000)");
    expect(failure.hint).toContain("serve plain HTTP");
    expect(unhealthy({ lastProbe: answered }).message).not.toContain("HTTPS");
  });

  it("listens on IPv6 only", () => {
    const failure = unhealthy({
      listening: [{ port: 3000, loopbackOnly: false, ipv6Only: true }],
      lastProbe: { outcome: "closed", status: null, detail: "GET /: connection refused" },
    });
    expect(failure.message).toBe("the app listens on IPv6 only ([::]:3000) and accepts no IPv4 connections");
    expect(failure.hint).toContain("0.0.0.0");
  });

  it.each([
    ["/bin/sh: 1: wget: not found", ": wget: not found", /^wget is not in the image/],
    ['OCI runtime exec failed: exec: "curl": executable file not found in $PATH', ": OCI", /^curl is not in the image/],
    ["Health check exceeded timeout (1s)", ": Health check exceeded timeout (1s)", /--timeout/],
    [
      "curl: (7) Failed to connect to localhost port 80: Connection refused",
      ": curl: (7)",
      /Nothing listens at the address/,
    ],
    ["", "within 90 s", /Baton has a health check of its own/],
  ])("answers, but its HEALTHCHECK says %j", (healthcheckOutput, words, hint) => {
    const lastProbe = { outcome: "answered", status: 200, detail: "GET / answered 200" } as const;
    const container = { healthcheck: "unhealthy", healthcheckOutput } as const;
    const failure = diagnoseUnhealthy("health", 90_000, evidence({ lastProbe, lastLines: ["up"] }, container));
    expect(failure.message).toMatch(/^the HEALTHCHECK of web did not pass within 90 s/);
    expect(failure.message).toContain(words);
    expect(failure.hint).toMatch(hint);
    expect(failure.lastLines).toEqual(["up", ...(healthcheckOutput ? [`HEALTHCHECK: ${healthcheckOutput}`] : [])]);
  });

  it("fails Baton's own check, which says more than a HEALTHCHECK that fails as well", () => {
    const lastProbe = { outcome: "answered", status: 500, detail: "" } as const;
    const failure = diagnoseUnhealthy("health", 90_000, evidence({ lastProbe }, { healthcheck: "unhealthy" }));
    expect(failure.message).toContain("kept returning 500");
  });

  it("is a worker whose HEALTHCHECK fails", () => {
    const service = aService({ kind: "worker", port: null });
    const container = { healthcheck: "unhealthy", healthcheckOutput: "queue is stuck" } as const;
    const failure = diagnoseUnhealthy("health", 90_000, evidence({ service }, container));
    expect(failure.message).toBe("the HEALTHCHECK of web did not pass within 90 s: queue is stuck");
  });

  it("answered well, but too seldom", () => {
    const lastProbe = { outcome: "answered", status: 200, detail: "" } as const;
    expect(unhealthy({ lastProbe }).message).toBe("web did not pass its check 3 times in a row within 90 s");
  });

  it("speaks something that is not HTTP", () => {
    const failure = unhealthy({ lastProbe: { outcome: "garbled", status: null, detail: "Parse Error" } });
    expect(failure.hint).toContain("kind: tcp");
  });
});

describe("a service that ended", () => {
  it("ran to its end with code 0, which is a job and no service", () => {
    const failure = diagnoseExit("health", "on startup", evidence({}, { status: "exited", exitCode: 0 }));
    expect(failure.message).toBe("web exited on startup (exit code 0)");
    expect(failure.hint).toContain("kind: init");
    expect(failure.exitCode).toBe(0);
  });

  it("crashed, and how often, with the code that it exited with", () => {
    const failure = diagnoseExit("health", "4 times on startup", evidence({}, { status: "exited", exitCode: 1 }));
    expect(failure.message).toBe("web crashed 4 times on startup (exit code 1)");
  });

  it("was killed for its memory, with the limit named", () => {
    const state = { status: "exited", exitCode: 137, outOfMemory: true, memoryLimitBytes: 64 * 1024 * 1024 } as const;
    const failure = diagnoseExit("watch", "", evidence({}, state));
    expect(failure.message).toBe("web was killed: out of memory (limit 64 MiB)");
    expect(failure.outOfMemory).toBe(true);
  });

  it("was restarted before anybody saw what it exited with, which is not made up", () => {
    const failure = diagnoseExit(
      "health",
      "again and again for 90 s",
      evidence({}, { status: "running", exitCode: 0 }),
    );
    expect(failure.message).toBe("web crashed again and again for 90 s");
    expect(failure.exitCode).toBeNull();
  });

  it("could not run a script with Windows line endings", () => {
    const programs = [{ path: "bin/start.sh", executable: true, head: Buffer.from("#!/bin/sh\r\nexec node .\r\n") }];
    const lastLines = ["[FATAL tini (7)] exec ./start.sh failed: No such file or directory"];
    const exited = { status: "exited", exitCode: 127 } as const;
    const failure = diagnoseExit("health", "", evidence({ programs, lastLines }, exited));
    expect(failure.message).toMatch(/: bin\/start\.sh has Windows line endings \(CRLF\)$/);
    expect(failure.hint).toMatch(/^Linux cannot run it like that\. Save it with LF/);
  });

  it("could not find its command", () => {
    const failure = diagnoseExit("health", "", evidence({}, { status: "exited", exitCode: 127 }));
    expect(failure.hint).toContain("not found in the image");
  });

  it("names what its last lines say is missing, whichever way that shows", () => {
    const lastLines = ["Error: connect ECONNREFUSED 127.0.0.1:5432"];
    const hints = [
      diagnoseExit("health", "", evidence({ lastLines }, { status: "exited", exitCode: 1 })),
      diagnoseExit("health", "", evidence({ lastLines }, { status: "running" })),
      unhealthy({ lastLines, listening: [] }),
      unhealthy({ lastLines, lastProbe: { outcome: "answered", status: 503, detail: "" } }),
      unhealthy({ lastLines, lastProbe: { outcome: "timeout", status: null, detail: "" } }),
    ].map(({ hint }) => hint);
    expect(hints).toEqual(hints.map(() => expect.stringContaining("connect to localhost:5432")));
  });

  it("was removed by hand", () => {
    const failure = diagnoseExit("watch", "3.0 s after the cut-over", { ...evidence(), container: null });
    expect(failure.message).toBe("the container of web disappeared 3.0 s after the cut-over");
  });

  it("keeps at most 50 of its last lines", () => {
    const lastLines = Array.from({ length: 80 }, (_, index) => `line ${index}`);
    const failure = diagnoseExit("health", "", evidence({ lastLines }, { status: "exited", exitCode: 1 }));
    expect(failure.lastLines).toHaveLength(50);
    expect(failure.lastLines.at(-1)).toBe("line 79");
  });
});

describe("the last word of a service", () => {
  const said = (outcome: LastProbe["outcome"]): LastProbe => ({ outcome, status: null, detail: outcome });
  const [answered, closed, timeout] = [said("answered"), said("closed"), said("timeout")];

  it.each([
    { when: "nothing was asked this time", before: answered, now: null, isCutShort: false, word: answered },
    { when: "the newest says something", before: closed, now: answered, isCutShort: true, word: answered },
    { when: "it had its full time and was silent", before: answered, now: timeout, isCutShort: false, word: timeout },
    { when: "there was hardly time left for it", before: answered, now: timeout, isCutShort: true, word: answered },
    { when: "the port was not open before", before: closed, now: timeout, isCutShort: true, word: timeout },
    { when: "there is no other", before: null, now: timeout, isCutShort: true, word: timeout },
  ])("is the right one when $when", ({ before, now, isCutShort, word }) => {
    expect(lastWord(before, now, isCutShort)).toBe(word);
  });
});
