import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { capital } from "../../../views/text/capital.ts";
import { plainText } from "../../../views/text/terminal-text.ts";
import type { Principal } from "../../model/access/principal.ts";
import { type Product, parseSlug, type Slug, slugRule } from "../../model/product.ts";
import { BadPush, type GitService, type PushRequest, type RefUpdate } from "../../ports/git.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";
import { routes } from "../../routes.ts";
import { actorOf, byText } from "../../rules/access/by-text.ts";
import { changeText } from "../../rules/wording/change-text.ts";
import { createFailedSignIns } from "../access/failed-sign-ins.ts";
import { createOrigins } from "../access/origins.ts";
import { peerAddress, peerNetwork } from "../access/peer-address.ts";
import type { Rights } from "../access/rights.ts";
import { holdsToken } from "../access/same-rights.ts";
import { createTokenCheck } from "../access/token-check.ts";
import type { UseStamps } from "../access/use-stamps.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Visitor } from "../http/web-context.ts";
import { credentialKey, type OpenStreams } from "../streams/open-streams.ts";
import { conductPush, type PushNeeds } from "./push-conversation.ts";

interface GitEnv {
  Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse };
  Variables: { identity: Principal; slug: Slug; streams: Visitor["streams"] };
}

const { everything, repository, lfs, refs, uploadPack, receivePack } = routes.gitHttp;

/** Git keeps a token and sends it again and again, even an old one. */
const wrongPerMinute = 30;

const signInText = "Use your Baton token as the password; the username can be anything.\n";
const wrongTokenText = `wrong token. ${signInText}Baton printed the token when it first started. Lost it? Set BATON_ADMIN_TOKEN and restart Baton.\n`;

/** Git LFS shows the message of such a body, and takes 501 on the locks route to mean "no locking here". */
const noLfs = {
  message:
    "Baton does not support Git LFS. Put the files back into Git with: git lfs migrate export --everything --include='*'. Then push again.",
};

type GitNeeds = PushNeeds &
  Pick<WebAdapters, "publicUrl" | "listen"> & {
    readonly rights: Rights;
    readonly openStreams: OpenStreams;
    readonly stamps: UseStamps;
  };

/** Git's smart HTTP: three routes below /git. Basic authentication comes first, before any git process starts. */
export function createGitHttp(needs: GitNeeds): Hono<GitEnv> {
  const { store, git, log } = needs;
  const app = new Hono<GitEnv>();
  app.use(everything, createGitSignIn(needs));

  app.use(repository, async (c, next) => {
    const name = c.req.param("repository").replace(/\.git$/, "");
    const slug = parseSlug(name);
    if (!slug) return c.text(`"${name}" is not a valid product name: ${slugRule}\n`, 404);
    c.set("slug", slug);
    return next();
  });

  app.all(lfs, (c) => c.json(noLfs, 501, { "Content-Type": "application/vnd.git-lfs+json; charset=utf-8" }));

  app.get(refs.get.path, async (c) => {
    const service = c.req.query("service");
    if (service !== "git-upload-pack" && service !== "git-receive-pack") {
      return c.text("Baton supports only Git's smart HTTP protocol.\n", 403);
    }
    const product = await store.products.bySlug(c.get("slug"));
    const refused = await refusalOf(c, needs, product, service);
    if (refused) return refused;
    const advertised = await git.advertise(product?.id ?? null, service, protocolOf(c), abortOf(c));
    return answer(advertised, service, "advertisement");
  });

  app.post(uploadPack.post.path, async (c) => {
    const product = await store.products.bySlug(c.get("slug"));
    const refused = await refusalOf(c, needs, product, "git-upload-pack");
    if (refused || !product) return refused ?? noSuchProduct(c);
    const out = new PassThrough();
    git.uploadPack(product.id, bodyOf(c), out, protocolOf(c), abortOf(c)).catch((error: unknown) => {
      log.debug({ err: error }, "a fetch ended early");
      out.destroy();
    });
    return answer(out, "git-upload-pack", "result");
  });

  app.post(receivePack.post.path, async (c) => {
    const product = await store.products.bySlug(c.get("slug"));
    return (await refusalOf(c, needs, product, "git-receive-pack")) ?? receivePush(c, needs);
  });

  app.onError((error, c) => {
    if (error instanceof BadPush) return c.text(`${error.message}\n`, 400);
    if (error instanceof StoreUnavailable)
      return c.text("Baton's database is not responding. Try again in a moment.\n", 503);
    log.error({ err: error }, "a git request failed");
    return c.text("Something went wrong in Baton; see its log for details.\n", 500);
  });
  return app;
}

/**
 * Asks for the right of a service; null when nothing is missing. Git shows the text. A product that somebody may not
 * see is answered like a free name: nothing can be fetched from it, and a push would have to create it.
 */
async function refusalOf(
  c: Context<GitEnv>,
  { rights }: GitNeeds,
  found: Product | null,
  service: GitService,
): Promise<Response | null> {
  const who = c.get("identity");
  const product = found && rights.sees(who, found) ? found : null;
  if (service === "git-upload-pack") {
    if (!product) return noSuchProduct(c);
    const refused = await rights.refusal(who, uploadPack.post.permission, product);
    return refused === null ? null : c.text(`${capital(refused)}\n`, 403);
  }
  if (!product) {
    const refused = await rights.refusal(who, "push-new-products", null);
    return refused === null ? null : noSuchProduct(c, ` ${capital(refused)}`);
  }
  const refused = await rights.refusal(who, receivePack.post.permission, product);
  return refused === null ? null : c.text(`${capital(refused)}\n`, 403);
}

function noSuchProduct(c: Context<GitEnv>, more = ""): Response {
  return c.text(`There is no product called "${c.get("slug")}".${more}\n`, 404);
}

function createGitSignIn(needs: GitNeeds): MiddlewareHandler<GitEnv> {
  const { store, clock, openStreams } = needs;
  const tokens = createTokenCheck({ access: store.access, clock, wrongPerMinute });
  const failures = createFailedSignIns(needs);
  const { https } = createOrigins(needs);

  return async (c, next) => {
    const token = passwordOf(c.req.header("authorization"));
    const address = peerAddress(c, https);
    const checked = token === null ? null : await tokens.identify(peerNetwork(address), token);
    // Git's first request has no token.
    if (checked && checked.type !== "right") await failures.record(address, "git");
    if (token === null || !checked || checked.type === "wrong") {
      const wrongText = checked?.type === "wrong" && checked.wasValid ? `This token ${checked.why}.\n` : wrongTokenText;
      return c.text(checked ? wrongText : signInText, 401, {
        "WWW-Authenticate": 'Basic realm="Baton", charset="UTF-8"',
      });
    }
    if (checked.type === "wait") {
      const wait = String(checked.seconds);
      return c.text(`too many wrong tokens: try again in ${wait} s\n`, 429, { "Retry-After": wait });
    }
    c.set("identity", checked.principal);
    needs.stamps.note(checked.principal, address);
    const holds = () => holdsToken(needs, token, checked.principal);
    c.set("streams", { add: (end) => openStreams.add({ key: credentialKey("token", token), holds }, end) });
    return next();
  };
}

async function receivePush(c: Context<GitEnv>, needs: GitNeeds): Promise<Response> {
  const { git, commands } = needs;
  const signal = abortOf(c);
  let push: PushRequest | null;
  try {
    push = await git.readPush(bodyOf(c));
  } catch (error) {
    const isGit = c.req.header("content-type") === "application/x-git-receive-pack-request";
    if (error instanceof BadPush && isGit) return refusal(c.env.incoming, plainText(error.message));
    throw error;
  }
  const out = new PassThrough();
  if (!push) return answer(Readable.from([]), "git-receive-pack", "result");

  const plan = await commands.planPush(c.get("slug"), push);
  const terminal = git.answerPush(push, out);
  if ("refused" in plan) {
    const refs = new Map(push.updates.map(({ ref }) => [ref, plan.refused] as const));
    terminal.finish({ unpackError: null, refs });
  } else {
    const record = pushRecorder(c, needs);
    // Not awaited: the answer streams while the deployment runs, which continues without a listener.
    void conductPush(needs, { push, plan, terminal, by: byText(c.get("identity")), record, signal });
  }
  return answer(out, "git-receive-pack", "result");
}

/** The request is over before the push is. */
function pushRecorder(c: Context<GitEnv>, needs: GitNeeds): (updates: readonly RefUpdate[]) => Promise<void> {
  const action = {
    ...actorOf(c.get("identity")),
    what: receivePack.post.action,
    ...{ subject: c.get("slug"), product: c.get("slug"), deploymentId: null },
    address: peerAddress(c, createOrigins(needs).https),
  };
  return async (updates) => {
    if (updates.length === 0) return;
    await needs.commands.recordAction({ ...action, detail: changeText(tips(updates, "from"), tips(updates, "to")) });
  };
}

/** Where the branches and tags of a push were, or are to be. */
function tips(updates: readonly RefUpdate[], which: "from" | "to") {
  const nameOf = (ref: string) => ref.replace(/^refs\/(?:heads|tags)\//, "");
  return Object.fromEntries(updates.map((update) => [nameOf(update.ref), update[which]?.slice(0, 8) ?? null]));
}

/** Null for an empty password, too: curl sends the name of http://x@… alone before git asks for the password. */
function passwordOf(authorization: string | undefined): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return null;
  const credentials = Buffer.from(encoded, "base64").toString("utf8");
  const colon = credentials.indexOf(":");
  return colon === -1 ? null : credentials.slice(colon + 1) || null;
}

function protocolOf(c: Context<GitEnv>): string | null {
  return c.req.header("git-protocol") ?? null;
}

/** Git compresses long requests. Their readers limit how much they expand to. */
function bodyOf(c: Context<GitEnv>): Readable {
  const { incoming } = c.env;
  if (c.req.header("content-encoding") !== "gzip") return incoming;
  const gunzip = createGunzip();
  incoming.on("error", (error) => gunzip.destroy(error));
  return incoming.pipe(gunzip);
}

/** Aborts when the client disconnects before the answer is complete, or when its token is revoked. */
function abortOf(c: Context<GitEnv>): AbortSignal {
  const { outgoing } = c.env;
  const gone = new AbortController();
  const forget = c.get("streams").add((reason) => gone.abort(reason));
  outgoing.once("close", () => {
    forget();
    if (!outgoing.writableFinished) gone.abort(new Error("the client disconnected"));
  });
  return gone.signal;
}

/**
 * Refuses a push so that git shows the reason: of an HTTP error it shows only the status. Git reads the answer once it
 * has sent everything.
 */
function refusal(incoming: IncomingMessage, sentence: string): Response {
  async function* afterAll() {
    incoming.unpipe();
    if (!incoming.readableEnded) await finished(incoming.resume(), { writable: false }).catch(() => {});
    // gitprotocol-pack: band 3 carries a fatal error and ends the connection. A packet's length has four hex digits.
    const packet = Buffer.from(`\x03${sentence.slice(0, 1_000)}\n`);
    yield Buffer.concat([Buffer.from((packet.length + 4).toString(16).padStart(4, "0")), packet, Buffer.from("0000")]);
  }
  return answer(Readable.from(afterAll()), "git-receive-pack", "result");
}

function answer(body: Readable, service: GitService, kind: "advertisement" | "result"): Response {
  return new Response(Readable.toWeb(body) as ReadableStream, {
    headers: { "Content-Type": `application/x-${service}-${kind}`, "Cache-Control": "no-cache" },
  });
}
