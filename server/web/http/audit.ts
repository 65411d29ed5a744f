import type { DeploymentId } from "../../model/names/ids.ts";
import type { NewAuditEntry } from "../../ports/store/store.ts";
import type { Endpoint } from "../../route.ts";
import { inEnvironment, installationName } from "../../rules/wording/installation-name.ts";
import type { Origins } from "../access/origins.ts";
import { peerAddress } from "../access/peer-address.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Catalog } from "../read/catalog.ts";
import type { WebContext, WebMiddleware } from "./web-context.ts";

export interface Audit {
  /** Stands before an endpoint that changes something: what a member has done there is written down. */
  recorder(endpoint: Endpoint, action: string): WebMiddleware;
  /** For what is done on a route that everyone may use: signing in. Never rejects: what was done is done. */
  record(c: WebContext, action: Omit<NewAuditEntry, "address">): Promise<void>;
}

/** What else a handler wants written down: names of variables, hosts. Never a value. */
export function noteDetail(c: WebContext, detail: string): void {
  c.set("auditDetail", detail);
}

export function createAudit(
  needs: Pick<WebAdapters, "commands"> & { readonly catalog: Catalog },
  origins: Origins,
): Audit {
  const { commands, catalog } = needs;

  const record: Audit["record"] = (c, action) =>
    commands.recordAction({ ...action, address: peerAddress(c, origins.https) });

  return {
    record,
    recorder: (endpoint, action) => async (c, next) => {
      // Afterwards it may be gone, as when it was deleted.
      const before = await subjectOf(endpoint, c);
      await next();
      const visitor = c.get("visitor");
      if (!visitor || c.res.status >= 400) return;
      await record(c, {
        who: visitor.identity.name,
        what: action,
        subject: before?.name ?? "",
        detail: c.get("auditDetail") ?? null,
        deploymentId: before?.deploymentId ?? null,
      });
    },
  };

  /** What an address is about, as people call it. */
  async function subjectOf(
    { subject }: Endpoint,
    c: WebContext,
  ): Promise<{ name: string; deploymentId: DeploymentId | null } | null> {
    const key = subject && c.req.param(subject.parameter);
    if (!key) return null;
    try {
      switch (subject.kind) {
        case "product":
          return { name: inEnvironment(key, c.req.query("environment") ?? "production"), deploymentId: null };
        case "installation":
          return { name: installationName(await catalog.place(Number(key))), deploymentId: null };
        case "deployment": {
          const { deployment, place } = await catalog.deployment(Number(key));
          return { name: `${place.product.slug} #${deployment.number}`, deploymentId: deployment.id };
        }
      }
    } catch {
      // The route itself says what is wrong with the address.
      return null;
    }
  }
}
