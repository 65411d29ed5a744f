import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIdentityProvider } from "../../server/openid/openid-provider.ts";
import { ProviderProblem } from "../../server/ports/people/identity-provider.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { providerClient, type RunningProvider, runProvider } from "./running-provider.ts";

const redirectUrl = "http://127.0.0.1:4000/sign-in/provider/return";
const signal = AbortSignal.timeout(60_000);
const clock = createFakeClock();
let running: RunningProvider;
let client: ReturnType<typeof clientOf>;
let provider = createIdentityProvider({ clock });

const clientOf = (issuer: string, changes: Partial<typeof providerClient> = {}) => ({
  ...{ issuer, redirectUrl, ...providerClient },
  ...changes,
});

beforeEach(async () => {
  running = await runProvider(redirectUrl);
  client = clientOf(running.issuer);
  provider = createIdentityProvider({ clock });
});
afterEach(() => running[Symbol.asyncDispose]());

const problem = (work: Promise<unknown>) =>
  work.then(
    () => "no problem",
    (error: unknown) => (error instanceof ProviderProblem ? error.message : error),
  );

describe("somebody who signs in at a provider", () => {
  test("comes back with who they are", async () => {
    const { url, checks } = await provider.begin(client, signal);
    expect(await provider.finish(client, await running.browse(url), checks, signal)).toEqual({
      issuer: running.issuer,
      subject: "ada",
      email: "ada@example.com",
      isEmailVerified: true,
      name: "Ada Lovelace",
    });
  });

  test("is asked for with PKCE, a state and a nonce, which are new each time", async () => {
    const one = await provider.begin(client, signal);
    const other = await provider.begin(client, signal);
    const asked = Object.fromEntries(new URL(one.url).searchParams);
    expect(asked).toMatchObject({
      ...{ client_id: "baton", redirect_uri: redirectUrl, response_type: "code", scope: "openid email profile" },
      ...{ code_challenge_method: "S256", state: one.checks.state, nonce: one.checks.nonce },
    });
    expect(one.url).not.toContain(one.checks.verifier);
    for (const name of ["state", "nonce", "verifier"] as const) expect(one.checks[name]).not.toBe(other.checks[name]);
  });

  test("is known although the provider tells the address only on request", async () => {
    await running[Symbol.asyncDispose]();
    running = await runProvider(redirectUrl, { conformIdTokenClaims: true });
    client = clientOf(running.issuer);
    const { url, checks } = await provider.begin(client, signal);
    expect(await provider.finish(client, await running.browse(url), checks, signal)).toMatchObject({
      email: "ada@example.com",
      isEmailVerified: true,
    });
    expect(running.asked).toContain("/me");
  });

  test.each([
    [undefined, false],
    [false, false],
    ["false", false],
    [true, true],
    ["true", true],
  ])("has a verified address when the provider says so: %s", async (said, isVerified) => {
    running.person = { subject: "ada", email: "ada@example.com", ...(said !== undefined && { email_verified: said }) };
    const { url, checks } = await provider.begin(client, signal);
    expect((await provider.finish(client, await running.browse(url), checks, signal)).isEmailVerified).toBe(isVerified);
  });
});

describe("a return is refused", () => {
  test("when the person cancelled", async () => {
    running.person = null;
    const { url, checks } = await provider.begin(client, signal);
    const returned = await running.browse(url);
    expect(await problem(provider.finish(client, returned, checks, signal))).toMatch(/did not let you in$/);
  });

  test.each(["state", "nonce", "verifier"] as const)("with the %s of another request", async (name) => {
    const { url, checks } = await provider.begin(client, signal);
    const other = await provider.begin(client, signal);
    const returned = await running.browse(url);
    const mixed = { ...checks, [name]: other.checks[name] };
    expect(await problem(provider.finish(client, returned, mixed, signal))).toMatch(/start again|invalid_grant/);
  });

  test("a second time", async () => {
    const { url, checks } = await provider.begin(client, signal);
    const returned = await running.browse(url);
    await provider.finish(client, returned, checks, signal);
    expect(await problem(provider.finish(client, returned, checks, signal))).toContain("invalid_grant");
  });

  test("when it was made up", async () => {
    const { checks } = await provider.begin(client, signal);
    const returned = new URL(`${redirectUrl}?code=abc&state=${checks.state}`);
    expect(await problem(provider.finish(client, returned, checks, signal))).not.toBe("no problem");
  });
});

describe("a provider that cannot be used is named with the reason", () => {
  test("because it knows another secret", async () => {
    const wrong = clientOf(running.issuer, { clientSecret: "another-secret-than-the-provider-knows" });
    const { url, checks } = await provider.begin(wrong, signal);
    const returned = await running.browse(url);
    expect(await problem(provider.finish(wrong, returned, checks, signal))).toBe(
      `${new URL(running.issuer).host} does not know this client id and secret`,
    );
  });

  test("because nobody listens there", async () => {
    const { issuer } = running;
    await running[Symbol.asyncDispose]();
    expect(await problem(provider.begin(client, signal))).toBe(
      `${new URL(issuer).host} cannot be reached: the connection was refused`,
    );
  });

  test("because its name is unknown", async () => {
    expect(await problem(provider.begin(clientOf("https://no-such-name.invalid"), signal))).toMatch(
      /^no-such-name\.invalid has a name that cannot be found/,
    );
  });

  test("because it is no provider", async () => {
    const server = createServer((_, response) => response.end("<h1>Hello</h1>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await problem(provider.begin(clientOf(`http://127.0.0.1:${port}`), signal))).toBe(
      `127.0.0.1:${port} answered, but not as an OpenID Connect provider does: check the issuer`,
    );
    server.close();
  });

  test("because it calls itself differently", async () => {
    const { port } = new URL(running.issuer);
    expect(await problem(provider.begin(clientOf(`http://localhost:${port}`), signal))).toMatch(
      /says that it is another issuer/,
    );
  });

  test("because it does not answer in time", async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const late = AbortSignal.abort(new DOMException("too late", "TimeoutError"));
    expect(await problem(provider.begin(clientOf(`http://127.0.0.1:${port}`), late))).toMatch(/did not answer in time/);
    server.closeAllConnections();
    server.close();
  });
});

test("the provider's metadata is read once, and again after ten minutes or for another client", async () => {
  const reads = () => running.asked.filter((path) => path.includes("openid-configuration")).length;
  await provider.begin(client, signal);
  await provider.begin(client, signal);
  expect(reads()).toBe(1);
  clock.advance(10 * 60_000);
  await provider.begin(client, signal);
  expect(reads()).toBe(2);
  await provider.begin(clientOf(running.issuer, { clientSecret: "a new one" }), signal);
  expect(reads()).toBe(3);
});
