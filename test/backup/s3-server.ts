import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupPlace } from "../../server/model/backup.ts";

/** The package comes without types. It handles requests in this order. */
const S3rver = createRequire(import.meta.url)("s3rver") as new (
  options: object,
) => {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
  readonly middleware: ((ctx: Context, next: () => Promise<void>) => Promise<void>)[];
};

interface Context {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  status: number;
  type: string;
  body: string;
}

export interface S3Server extends AsyncDisposable {
  readonly place: Extract<BackupPlace, { readonly type: "s3" }>;
  readonly secret: string;
  /** The keys of uploads that are neither finished nor aborted, in order. */
  unfinished(): Promise<readonly string[]>;
}

/** Few, so that a list with the rest is asked for. S3's is 1,000. */
const uploadsListed = 2;

/** A real S3-compatible server on a loopback port, with one bucket. It knows one access key. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "baton-s3-"));
  const configureBuckets = [{ name: "backups", configs: [] }];
  const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory, configureBuckets });
  const uploads = openUploads(join(directory, "backups", "._S3rver_uploads"));
  server.middleware.unshift((ctx, next) =>
    answerOfUploads(ctx, uploads).then((isAnswered) => (isAnswered ? undefined : next())),
  );
  const { port } = await server.run();
  return {
    place: {
      type: "s3",
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      bucket: "backups",
      prefix: "baton",
      accessKeyId: "S3RVER",
    },
    secret: "S3RVER",
    unfinished: async () => (await uploads.list()).map(({ key }) => key),
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Uploads {
  list(): Promise<readonly { readonly id: string; readonly key: string }[]>;
  abort(id: string): Promise<void>;
}

function openUploads(folder: string): Uploads {
  return {
    async list() {
      const ids = await readdir(folder).catch(() => []);
      const all = ids.map(async (id) => ({ id, key: await readFile(join(folder, id, "key"), "utf8") }));
      return (await Promise.all(all)).sort((a, b) => a.key.localeCompare(b.key));
    },
    abort: (id) => rm(join(folder, id), { recursive: true }),
  };
}

/** The package can neither list nor abort uploads. As the reference of S3 describes them. */
async function answerOfUploads(ctx: Context, uploads: Uploads): Promise<boolean> {
  const { uploadId, prefix = "" } = ctx.query;
  if (ctx.method === "DELETE" && uploadId !== undefined) {
    const found = (await uploads.list()).some(({ id }) => id === uploadId);
    if (found) await uploads.abort(uploadId);
    ctx.status = found ? 204 : 404;
    return true;
  }
  if (ctx.method !== "GET" || ctx.query.uploads === undefined) return false;
  const all = (await uploads.list()).filter(({ key }) => key.startsWith(prefix));
  const items = all
    .slice(0, uploadsListed)
    .map(({ id, key }) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`);
  const isTruncated = all.length > uploadsListed;
  ctx.type = "application/xml";
  ctx.body = `<ListMultipartUploadsResult><IsTruncated>${isTruncated}</IsTruncated>${items.join("")}</ListMultipartUploadsResult>`;
  return true;
}
