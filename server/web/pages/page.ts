import type { Mood, PageFrame, Reader } from "../../../views/frame/frame.ts";
import { ProblemPage } from "../../../views/frame/problem-page.tsx";
import type { Product } from "../../model/product.ts";
import { allowedEverywhere, allowedIn } from "../../rules/access/allowed.ts";
import type { Auth } from "../access/auth.ts";
import type { Origins } from "../access/origins.ts";
import type { Rights } from "../access/rights.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Audit } from "../http/audit.ts";
import type { Endpoints } from "../http/endpoints.ts";
import type { Problem } from "../http/problem.ts";
import type { WebContext } from "../http/web-context.ts";
import type { ProductBoard } from "../read/board/product-board.ts";
import type { Catalog } from "../read/catalog.ts";
import type { HostStates } from "../read/host-states.ts";
import type { ContainerNews } from "../read/running/container-news.ts";
import type { PersonSignIn } from "../sign-in/person-sign-in.ts";
import type { StepCookie } from "../sign-in/step-cookie.ts";
import type { EventStreams } from "../streams/event-stream.ts";
import type { OpenStreams } from "../streams/open-streams.ts";

/** The dependencies that the pages share. */
export interface PageNeeds extends WebAdapters {
  readonly auth: Auth;
  readonly rights: Rights;
  readonly openStreams: OpenStreams;
  readonly endpoints: Endpoints;
  readonly catalog: Catalog;
  readonly board: ProductBoard;
  readonly containerNews: ContainerNews;
  readonly streams: EventStreams;
  readonly hostStates: HostStates;
  readonly audit: Audit;
  readonly origins: Origins;
  readonly steps: StepCookie;
  readonly personSignIn: PersonSignIn;
}

/** Whoever asks. `product` is the one that the page is about; null for a page about none, or about several. */
export function readerOf(c: WebContext, product: Pick<Product, "id" | "hidesLogs"> | null): Reader {
  const visitor = c.get("visitor");
  if (!visitor) return { allowed: [], csrf: null };
  const { identity, csrf } = visitor;
  return { allowed: [...allowedEverywhere(identity), ...(product ? allowedIn(identity, product) : [])], csrf };
}

/** Builds the props that every page of this answer gets. */
export function frameOf(
  c: WebContext,
  { assets, clock, version }: Pick<PageNeeds, "assets" | "clock" | "version">,
  page: {
    readonly title: string;
    readonly section?: PageFrame["section"];
    readonly mood?: Mood;
    /** The product that the page is about. */
    readonly product?: Pick<Product, "id" | "hidesLogs">;
  },
): PageFrame {
  const visitor = c.get("visitor");
  return {
    title: page.title,
    section: page.section ?? null,
    mood: page.mood ?? "idle",
    visitor: visitor?.identity.name ?? null,
    ...readerOf(c, page.product ?? null),
    hasAccount: visitor !== undefined && visitor.identity.userId !== null,
    nonce: c.get("nonce"),
    asset: assets.get,
    now: clock.now(),
    version,
  };
}

const titles: Readonly<Record<number, string>> = {
  401: "Sign in first",
  403: "Refused",
  404: "Not found",
  405: "Method not allowed",
  409: "Couldn’t do that",
  421: "Wrong address",
  429: "Too many attempts",
  500: "Something went wrong",
  503: "Not available",
};

export function problemPage(needs: Pick<PageNeeds, "assets" | "auth" | "clock" | "version">) {
  return async (c: WebContext, problem: Problem) => {
    // An error page still shows a signed-in user the navigation, unless the user cannot be identified.
    if (!c.get("visitor")) c.set("visitor", (await needs.auth.recognise(c).catch(() => null)) ?? undefined);
    const frame = frameOf(c, needs, { title: titles[problem.status] ?? "Invalid input" });
    return c.html(ProblemPage({ frame, status: problem.status, message: problem.message }), problem.status);
  };
}
