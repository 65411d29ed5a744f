import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupPlace } from "../../server/model/backup.ts";

/** The package comes without types. */
const S3rver = createRequire(import.meta.url)("s3rver") as new (
  options: object,
) => { run(): Promise<{ readonly port: number }>; close(): Promise<void> };

export interface S3Server extends AsyncDisposable {
  readonly place: Extract<BackupPlace, { readonly type: "s3" }>;
  readonly secret: string;
}

/** A real S3-compatible server on a loopback port, with one bucket. It knows one access key. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "baton-s3-"));
  const configureBuckets = [{ name: "backups", configs: [] }];
  const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory, configureBuckets });
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
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
