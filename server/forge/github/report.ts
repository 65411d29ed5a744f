import { z } from "zod";
import { type DeploymentReport, ForgeUnavailable, type ReportReceipt, type ReportState } from "../../ports/forge.ts";
import type { CallGitHub } from "./api.ts";

const created = z.object({ id: z.number().int() });
const numbered = z.array(z.object({ number: z.number().int() }));
const comments = z.array(z.object({ id: z.number().int(), body: z.string().nullish() }));
const maxTextLength = 140;

/** GitHub's name for each state of a commit's status. A stopped app keeps the result of its deployment. */
const statusOf = { pending: "pending", success: "success", failure: "failure", cancelled: "error" } as const;
const deploymentStateOf = {
  pending: "in_progress",
  success: "success",
  failure: "failure",
  cancelled: "inactive",
  inactive: "inactive",
} as const;
const markOf: Readonly<Record<ReportState, string>> = {
  pending: "⏳",
  success: "✅",
  failure: "❌",
  cancelled: "⏹",
  inactive: "⏹",
};

/**
 * Reports to each wanted place in turn. A failure in one does not stop the others; then it rejects with
 * the first failure, which carries the receipt so far.
 */
export async function reportToGitHub(
  call: CallGitHub,
  repository: string,
  report: DeploymentReport,
): Promise<ReportReceipt> {
  let receipt: ReportReceipt = report.receipt ?? { deployment: null };
  const troubles: ForgeUnavailable[] = [];
  const attempt = async (wanted: boolean, send: () => Promise<void>) => {
    if (!wanted) return;
    try {
      await send();
    } catch (error) {
      if (!(error instanceof ForgeUnavailable)) throw error;
      troubles.push(error);
    }
  };

  await attempt(report.wanted.status, () => reportStatus(call, repository, report));
  await attempt(report.wanted.deployment, async () => {
    receipt = { deployment: receipt.deployment ?? (await createDeployment(call, repository, report)) };
    await reportDeployment(call, repository, receipt.deployment, report);
  });
  await attempt(report.wanted.comment, () => commentOnPullRequests(call, repository, report));

  const [trouble] = troubles;
  if (trouble)
    throw new ForgeUnavailable(trouble.message, { cause: trouble, retryAfterMs: trouble.retryAfterMs, receipt });
  return receipt;
}

async function reportStatus(call: CallGitHub, repository: string, report: DeploymentReport): Promise<void> {
  if (report.state === "inactive") return;
  await call({
    method: "POST",
    path: `/repos/${repository}/statuses/${report.commit}`,
    body: {
      state: statusOf[report.state],
      target_url: report.page,
      description: short(report.text),
      context: contextOf(report),
    },
  });
}

/** `required_contexts: []` because the commit is already deployed, whatever other checks say. */
async function createDeployment(call: CallGitHub, repository: string, report: DeploymentReport): Promise<number> {
  const answer = await call({
    method: "POST",
    path: `/repos/${repository}/deployments`,
    body: {
      ref: report.commit,
      auto_merge: false,
      required_contexts: [],
      environment: environmentOf(report),
      description: short(`Deployment ${report.number} of ${report.product}`),
      transient_environment: false,
      production_environment: report.isProduction,
    },
  });
  return read(created, answer).id;
}

async function reportDeployment(
  call: CallGitHub,
  repository: string,
  id: number | null,
  report: DeploymentReport,
): Promise<void> {
  await call({
    method: "POST",
    path: `/repos/${repository}/deployments/${id}/statuses`,
    body: {
      state: deploymentStateOf[report.state],
      log_url: report.page,
      description: short(report.text),
      environment: environmentOf(report),
      auto_inactive: true,
      ...(report.url === null ? {} : { environment_url: report.url }),
    },
  });
}

async function commentOnPullRequests(call: CallGitHub, repository: string, report: DeploymentReport): Promise<void> {
  if (report.branch === null) return;
  const [owner] = repository.split("/");
  const head = encodeURIComponent(`${owner}:${report.branch}`);
  const open = await call({ method: "GET", path: `/repos/${repository}/pulls?state=open&head=${head}` });
  for (const { number } of read(numbered, open)) await comment(call, repository, number, report);
}

/**
 * Finds the earlier comment by a marker that only Baton's comments contain, so that there is one however often this
 * runs.
 */
async function comment(call: CallGitHub, repository: string, pull: number, report: DeploymentReport): Promise<void> {
  const marker = `<!-- baton: ${contextOf(report)} -->`;
  const body = `${marker}\n${commentText(report)}`;
  const path = `/repos/${repository}/issues/${pull}/comments`;
  const existing = read(comments, await call({ method: "GET", path: `${path}?per_page=100` }));
  const own = existing.find((one) => one.body?.startsWith(marker));
  if (own) await call({ method: "PATCH", path: `/repos/${repository}/issues/comments/${own.id}`, body: { body } });
  else await call({ method: "POST", path, body: { body } });
}

/** Names and messages come from outside. In code blocks they are text, and nothing in them is read as markup. */
function commentText(report: DeploymentReport): string {
  const { state, text, product, environment, commit, number, page, url } = report;
  const lines = [
    `${markOf[state]} **${product}** (${environment}), [deployment ${number}](${page}) of ${commit.slice(0, 8)}: ${state}`,
    "",
    `\`${text.replace(/[`\r\n]+/g, " ").slice(0, 500)}\``,
  ];
  return [...lines, ...(url !== null && state === "success" ? ["", url] : [])].join("\n");
}

const contextOf = ({ product, environment }: DeploymentReport) => `baton/${product}/${environment}`;
/** Several products of one repository each have their own environments there. */
const environmentOf = ({ product, environment }: DeploymentReport) => `${product}/${environment}`;
const short = (text: string) => (text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`);

function read<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw new ForgeUnavailable("GitHub's response does not match its documentation");
  return parsed.data;
}
