import { routePath } from "hono/route";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { NewAuditEntry } from "../../ports/store/store.ts";
import type { Origins } from "../access/origins.ts";
import { peerAddress } from "../access/peer-address.ts";
import type { WebContext, WebMiddleware, WebNeeds } from "../needs.ts";
import type { Catalog } from "../read/catalog.ts";

export interface Audit {
  /** Stands before every route: what a member has done by one that changes something is written down. */
  readonly recorder: WebMiddleware;
  /** For what is done on a route that everyone may use: signing in. Never rejects: what was done is done. */
  record(c: WebContext, deed: Omit<NewAuditEntry, "address">): Promise<void>;
}

/** What else a handler wants written down: names of variables, hosts. Never a value. */
export function noteDetail(c: WebContext, detail: string): void {
  c.set("auditDetail", detail);
}

/**
 * What members do, in words, by method and path. A route that changes something and is not here is written down by its
 * method and path: a new one is never missing, only less well told.
 */
const deeds: Readonly<Record<string, string>> = {
  "POST /sign-out": "signed out",
  "POST /new": "created",
  "POST /new/sample": "deployed the sample app as",
  "POST /api/products": "created",
  "PATCH /api/products/:": "changed the settings of",
  "POST /products/:/settings": "changed the settings of",
  "POST /products/:/delete": "deleted",
  "DELETE /api/products/:": "deleted",
  "POST /products/:/stop": "stopped",
  "POST /api/product-deployments/:/stop": "stopped",
  "POST /products/:/variables": "changed variables of",
  "PUT /api/product-deployments/:/variables": "changed variables of",
  "PUT /api/products/:/variables": "changed variables of",
  "POST /products/:/domains": "changed the domains of",
  "PUT /api/product-deployments/:/domains": "changed the domains of",
  "POST /products/:/settings/service": "changed health checks and limits of",
  "PUT /api/product-deployments/:/settings": "changed health checks and limits of",
  "POST /products/:/redeploy": "redeployed everything in",
  "POST /api/environments/:/product-deployments/:/redeploy": "redeployed everything in",
  "POST /products/:/deploy": "deployed",
  "POST /products/:/apply": "applied changes to",
  "POST /api/product-deployments/:/apply": "applied changes to",
  "POST /deployments/:/redeploy": "redeployed",
  "POST /api/deployments/:/redeploy": "redeployed",
  "POST /deployments/:/retry": "retried",
  "POST /deployments/:/dismiss": "dismissed the failure of",
  "POST /deployments/:/cancel": "cancelled",
  "POST /api/deployments/:/cancel": "cancelled",
  "POST /api/product-deployments/:/deploy": "deployed",
  "POST /api/product-deployments": "installed",
  "PATCH /api/product-deployments/:": "changed the settings of",
  "DELETE /api/product-deployments/:": "uninstalled",
  "POST /set-up/hide": "hid the set-up checklist",
  "POST /api/environments": "created the environment",
  "POST /environments": "created the environment",
  "DELETE /api/environments/:": "removed the environment",
  "POST /environments/:/remove": "removed the environment",
  "PATCH /api/products/:/source": "changed the repository of",
  "POST /products/:/webhooks/repository": "changed the repository of",
  "POST /products/:/webhooks/token": "changed the repository's token of",
  "POST /products/:/webhooks/reports": "changed GitHub reporting of",
  "POST /api/products/:/deploy-key": "generated a deploy key for",
  "DELETE /api/products/:/deploy-key": "removed the deploy key of",
  "POST /products/:/webhooks/deploy-key": "changed the deploy key of",
  "POST /products/:/webhooks/host-key": "forgot the host key of the repository of",
  "POST /api/products/:/webhook-secret": "generated a new webhook secret for",
  "POST /products/:/webhooks/secret": "generated a new webhook secret for",
  "POST /api/products/:/check": "checked for new commits of",
  "POST /products/:/webhooks/check": "checked for new commits of",
  "POST /api/products/:/webhook-deliveries/:/redeliver": "redelivered a webhook to",
  "POST /products/:/webhooks/:/redeliver": "redelivered a webhook to",
};

/** What a route's method and path mean in words; null: nobody has said it yet. */
export function wordsFor(deed: string): string | null {
  return deeds[deed.replace(/:\w+(?:\{[^}]*\})?/g, ":")] ?? null;
}

export function createAudit(
  needs: Pick<WebNeeds, "store" | "clock" | "log"> & { readonly catalog: Catalog },
  origins: Origins,
): Audit {
  const { store, clock, log, catalog } = needs;

  const record: Audit["record"] = async (c, deed) => {
    try {
      await store.audit.record({ ...deed, address: peerAddress(c, origins.https) }, clock.now());
    } catch (error) {
      log.error({ err: error, who: deed.who, what: deed.what, subject: deed.subject }, "the audit log has a gap");
    }
  };

  return {
    record,
    recorder: async (c, next) => {
      const isSafe = ["GET", "HEAD", "OPTIONS"].includes(c.req.method);
      // Afterwards it may be gone, as when it was deleted.
      const before = isSafe ? null : await subjectOf(c);
      await next();
      const visitor = c.get("visitor");
      if (isSafe || !visitor || c.res.status >= 400) return;
      const deed = `${c.req.method} ${routePath(c, -1)}`;
      await record(c, {
        who: visitor.identity.name,
        what: wordsFor(deed) ?? `called ${deed}`,
        subject: before?.name ?? "",
        detail: c.get("auditDetail") ?? null,
        deploymentId: before?.deploymentId ?? null,
      });
    },
  };

  /** What an address is about, as people call it. */
  async function subjectOf(c: WebContext): Promise<{ name: string; deploymentId: DeploymentId | null } | null> {
    const [, kind, key = ""] =
      /^(?:\/api)?\/(products|deployments|product-deployments)\/([^/]+)/.exec(c.req.path) ?? [];
    try {
      if (kind === "deployments") {
        const { deployment, place } = await catalog.deployment(Number(key));
        return { name: `${place.product.slug} #${deployment.number}`, deploymentId: deployment.id };
      }
      if (kind === "product-deployments") {
        const { product, environment } = await catalog.place(Number(key));
        return { name: inEnvironment(product.slug, environment.name), deploymentId: null };
      }
      return kind === "products"
        ? { name: inEnvironment(key, c.req.query("environment") ?? "production"), deploymentId: null }
        : null;
    } catch {
      // The route itself says what is wrong with the address.
      return null;
    }
  }
}

function inEnvironment(slug: string, environment: string): string {
  return environment === "production" ? slug : `${slug} in ${environment}`;
}
