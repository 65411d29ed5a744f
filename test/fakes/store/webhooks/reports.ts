import type { Deployment } from "../../../../server/model/deployment/deployment.ts";
import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import type { ReportState } from "../../../../server/ports/forge.ts";
import type { DueReport } from "../../../../server/ports/store/reports.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { allDeployments, type FakeRows, isGone, type ReportRow } from "../rows.ts";

/** Older deployments are not reported, so that a token that is added later does not report the past. */
const maxAgeMs = 2 * 24 * 60 * 60 * 1000;

const unreported: ReportRow = { reported: null, receipt: null, trying: null, tries: 0, trouble: null, nextTryAt: null };

export function createReports(rows: FakeRows): Store["reports"] {
  const of = (id: DeploymentId) => rows.reports.get(id) ?? unreported;
  const productOf = ({ installationId }: Deployment) => {
    const installation = rows.installations.get(installationId);
    return installation && rows.products.get(installation.productId);
  };

  const dueOf = (deployment: Deployment, now: Date): DueReport[] => {
    const product = productOf(deployment);
    const source = product && rows.sources.get(product.id);
    const isAsked = source?.hasToken === true && Object.values(source.reports).some(Boolean);
    if (!product || !isAsked || product.repository === null || isGone(rows, deployment.installationId)) return [];
    if (deployment.commit === null || now.getTime() - deployment.createdAt.getTime() >= maxAgeMs) return [];
    const state = stateOf(deployment);
    const { reported, trying, nextTryAt, receipt, tries } = of(deployment.id);
    const isWaiting = trying === state && (nextTryAt === null || nextTryAt > now);
    if (reported === state || isWaiting) return [];
    const { id, commit } = deployment;
    return [
      { product: product.id, deployment: id, commit: commit.sha, state, receipt, tries: trying === state ? tries : 0 },
    ];
  };

  return {
    due: async (now, limit) =>
      allDeployments(rows)
        .flatMap((row) => dueOf(row, now))
        .slice(0, limit),
    async reported(id, state, receipt) {
      rows.reports.set(id, { ...unreported, reported: state, receipt });
    },
    async failed(id, { state, message, nextTryAt, receipt }) {
      const before = of(id);
      const tries = before.trying === state ? before.tries + 1 : 1;
      const changes = { trying: state, tries, trouble: message, nextTryAt };
      rows.reports.set(id, { ...before, ...changes, receipt: receipt ?? before.receipt });
    },
    async trouble(product) {
      const newest = allDeployments(rows).findLast((row) => productOf(row)?.id === product && of(row.id).trouble);
      const { trouble, nextTryAt } = newest ? of(newest.id) : unreported;
      return newest && trouble ? { deployment: newest.id, message: trouble, givenUp: nextTryAt === null } : null;
    },
  };
}

function stateOf(deployment: Deployment): ReportState {
  switch (deployment.status) {
    case "queued":
    case "building":
    case "deploying":
      return "pending";
    case "ready":
      return "success";
    case "failed":
      return "failure";
    case "stopped":
      return deployment.readyAt === null ? "cancelled" : "inactive";
  }
}
