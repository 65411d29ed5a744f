import { and, eq, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { ProductId } from "../../model/names/ids.ts";
import { plainSource, type Source } from "../../model/source.ts";
import type { SourceChanges, SourceStore } from "../../ports/store/sources.ts";
import type { SecretOwner, Secrets } from "../keys/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { products } from "../schema/products.ts";
import { sources } from "../schema/webhooks.ts";

type Row = typeof sources.$inferSelect;
type Columns = Partial<typeof sources.$inferInsert>;

export function createSourceStore(database: Database, secrets: Secrets): SourceStore {
  const open = (kind: SecretOwner["kind"], id: ProductId, bytes: Buffer | null) =>
    bytes && secrets.open({ kind, id: String(id) }, bytes);
  const write = (id: ProductId, columns: Columns) => database.write(({ tx }) => upsert(tx, id, columns));
  const read = (id: ProductId) => database.read((queries) => rowOf(queries, id));

  return {
    async get(id) {
      const row = await read(id);
      return row ? sourceOf(row) : plainSource;
    },

    async credentials(id) {
      const row = await read(id);
      return {
        token: open("repository token", id, row?.token ?? null),
        privateKey: open("deploy key", id, row?.privateKey ?? null),
        hostKey: row?.hostKey ?? null,
      };
    },

    webhookSecret: async (id) => open("webhook secret", id, (await read(id))?.webhookSecret ?? null),
    setWebhookSecret: (id, secret) =>
      database.write(async ({ tx }) => {
        const seal = await secrets.sealing(tx);
        await upsert(tx, id, {
          webhookSecret: seal({ kind: "webhook secret", id: String(id) }, secret),
          pingedAt: null,
        });
      }),
    setDeployKey: (id, key) =>
      database.write(async ({ tx }) => {
        const seal = await secrets.sealing(tx);
        const privateKey = key && seal({ kind: "deploy key", id: String(id) }, key.privateKey);
        await upsert(tx, id, { publicKey: key?.publicKey ?? null, privateKey });
      }),

    rememberHostKey: (id, hostKey) => database.write(({ tx }) => rememberHostKey(tx, id, hostKey)),
    recordPing: (id, at) => write(id, { pingedAt: at }),

    takeDuePolls: (now) => database.write(({ tx }) => takeDuePolls(tx, now)),
  };
}

export async function changeSource(
  tx: Queries,
  secrets: Secrets,
  id: ProductId,
  { token, ...changes }: SourceChanges,
): Promise<void> {
  const columns = columnsOf(changes);
  const owner = { kind: "repository token", id: String(id) } as const;
  const sealed = typeof token === "string" ? (await secrets.sealing(tx))(owner, token) : token;
  await upsert(tx, id, sealed === undefined ? columns : { ...columns, token: sealed });
}

async function rememberHostKey(tx: Queries, id: ProductId, hostKey: string): Promise<void> {
  await upsert(tx, id, {});
  await tx
    .update(sources)
    .set({ hostKey })
    .where(and(eq(sources.productId, id), isNull(sources.hostKey)));
}

async function takeDuePolls(tx: Queries, now: Date): Promise<readonly ProductId[]> {
  const elapsed = sql`${sources.polledAt} + make_interval(mins => ${sources.pollMinutes})`;
  const due = await tx
    .update(sources)
    .set({ polledAt: now })
    .from(products)
    .where(
      and(
        eq(products.id, sources.productId),
        isNull(products.deletedAt),
        isNotNull(products.repository),
        isNotNull(sources.pollMinutes),
        or(isNull(sources.polledAt), lte(elapsed, sql`${now.toISOString()}::timestamptz`)),
      ),
    )
    .returning({ id: sources.productId });
  return due.map(({ id }) => id);
}

async function rowOf(queries: Queries, id: ProductId): Promise<Row | undefined> {
  const [row] = await queries.select().from(sources).where(eq(sources.productId, id));
  return row;
}

async function upsert(tx: Queries, productId: ProductId, columns: Columns): Promise<void> {
  const insert = tx.insert(sources).values({ ...columns, productId });
  if (Object.keys(columns).length === 0) await insert.onConflictDoNothing();
  else await insert.onConflictDoUpdate({ target: sources.productId, set: columns });
}

export async function readPaths(queries: Queries, id: ProductId): Promise<readonly string[]> {
  return (await rowOf(queries, id))?.paths ?? plainSource.paths;
}

function sourceOf(row: Row): Source {
  return {
    rootDirectory: row.rootDirectory,
    paths: row.paths,
    pollMinutes: row.pollMinutes,
    polledAt: row.polledAt,
    hasToken: row.token !== null,
    deployKey: row.publicKey,
    hostKey: row.hostKey,
    hasWebhookSecret: row.webhookSecret !== null,
    pingedAt: row.pingedAt,
    reports: { status: row.reportStatus, deployment: row.reportDeployment, comment: row.reportComment },
  };
}

function columnsOf({ reports, ...changes }: Omit<SourceChanges, "token">): Columns {
  return {
    ...changes,
    ...(reports !== undefined && {
      reportStatus: reports.status,
      reportDeployment: reports.deployment,
      reportComment: reports.comment,
    }),
  };
}
