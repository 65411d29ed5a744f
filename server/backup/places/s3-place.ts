import { Readable } from "node:stream";
import { AwsClient } from "aws4fetch";
import type { BackupPlace } from "../../model/backup.ts";
import type { Place } from "./place.ts";

type S3Options = Extract<BackupPlace, { readonly type: "s3" }> & { readonly secretAccessKey: string };

const mebibyte = 1024 ** 2;
/** S3 takes parts of 5 MiB or more, and 10,000 of them. Growing parts keep small files cheap and allow 700 GiB. */
const partBytes = (number: number) => (number <= 1_000 ? 8 : number <= 5_000 ? 32 : 128) * mebibyte;
const abortLimitMs = 30_000;

/** A bucket of an S3-compatible server. Uploads go in parts, so a file's size need not be known beforehand. */
export function createS3Place(options: S3Options): Place {
  const { accessKeyId, secretAccessKey, region, endpoint, bucket, prefix } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region, retries: 4 });
  const base = `${endpoint.replace(/\/+$/, "")}/${encodeURIComponent(bucket)}/`;
  const urlOf = (path: string, query = "") => `${base}${prefix === "" ? "" : `${prefix}/`}${path}${query}`;

  async function ask(
    method: string,
    url: string,
    signal: AbortSignal,
    body: Uint8Array<ArrayBuffer> | string | null = null,
  ): Promise<Response> {
    let answer: Response;
    try {
      answer = await client.fetch(url, { method, body, signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new Error(`${endpoint} cannot be reached: ${reasonOf(error)}`, { cause: error });
    }
    if (!answer.ok) throw new Refusal(answer.status, `${bucket} at ${endpoint}: ${await refusalText(answer)}`);
    return answer;
  }

  async function upload(path: string, content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<number> {
    const id = tagIn(await (await ask("POST", urlOf(path, "?uploads="), signal)).text(), "UploadId");
    const upload = `uploadId=${encodeURIComponent(id)}`;
    try {
      const etags: string[] = [];
      let bytes = 0;
      for await (const part of inParts(content)) {
        signal.throwIfAborted();
        const url = urlOf(path, `?partNumber=${etags.length + 1}&${upload}`);
        const answer = await ask("PUT", url, signal, new Uint8Array(part));
        await answer.arrayBuffer();
        etags.push(answer.headers.get("etag") ?? "");
        bytes += part.length;
      }
      const parts = etags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
      const list = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
      const answer = await (await ask("POST", urlOf(path, `?${upload}`), signal, list)).text();
      // The server may find out that it fails after it has begun to answer.
      if (answer.includes("<Error>")) throw new Error(`${bucket} at ${endpoint}: ${tagIn(answer, "Message")}`);
      return bytes;
    } catch (error) {
      const limit = AbortSignal.timeout(abortLimitMs);
      await ask("DELETE", urlOf(path, `?${upload}`), limit).catch(() => {});
      throw signal.aborted ? signal.reason : error;
    }
  }

  return {
    write: upload,
    async read(path, signal) {
      const { body } = await ask("GET", urlOf(path), signal);
      if (!body) throw new Error(`${bucket} at ${endpoint} has no content for ${path}`);
      return Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
    },
    async remove(path, signal) {
      try {
        await ask("DELETE", urlOf(path), signal);
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 404) throw error;
      }
    },
    removeUnfinished: (path) => abortUploads(path, { ask, base, prefix }),
    async clear(folder) {
      await removeAll(`${folder}/`, { ask, base, prefix });
      await abortUploads(`${folder}/`, { ask, base, prefix });
    },
  };
}

interface Bucket {
  readonly ask: (method: string, url: string, signal: AbortSignal) => Promise<Response>;
  readonly base: string;
  readonly prefix: string;
}

const within = (path: string, prefix: string) =>
  `prefix=${encodeURIComponent(prefix === "" ? path : `${prefix}/${path}`)}`;

async function removeAll(path: string, { ask, base, prefix }: Bucket): Promise<void> {
  const signal = AbortSignal.timeout(abortLimitMs);
  const files = await (await ask("GET", `${base}?list-type=2&${within(path, prefix)}`, signal)).text();
  for (const key of valuesIn(files, "Key")) await ask("DELETE", `${base}${key}`, signal);
}

/**
 * The parts of an upload that was broken off are kept, and paid for, until somebody aborts it. A list has at most 1,000,
 * and the next one begins after those that are gone. MinIO lists none of a prefix, and aborts them itself after a day.
 */
async function abortUploads(path: string, { ask, base, prefix }: Bucket): Promise<void> {
  const signal = AbortSignal.timeout(abortLimitMs);
  for (let isMore = true; isMore; ) {
    const list = await ask("GET", `${base}?uploads=&${within(path, prefix)}`, signal).catch(unlessUnknown);
    const answer = (await list?.text()) ?? "";
    const uploads = answer.match(/<Upload>.*?<\/Upload>/gs) ?? [];
    for (const upload of uploads) {
      const query = `uploadId=${encodeURIComponent(tagIn(upload, "UploadId"))}`;
      await ask("DELETE", `${base}${tagIn(upload, "Key")}?${query}`, signal).catch(unlessUnknown);
    }
    isMore = uploads.length > 0 && tagOf(answer, "IsTruncated") === "true";
  }
}

/** Not every server lists uploads, and one may end meanwhile. */
function unlessUnknown(error: unknown): null {
  if (error instanceof Refusal && [400, 404, 405, 501].includes(error.status)) return null;
  throw error;
}

function valuesIn(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => plain(text));
}

class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** At least one part, since an upload without any cannot be completed. */
async function* inParts(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  for await (const chunk of content) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < partBytes(number)) continue;
    yield Buffer.concat(held, bytes);
    [held, bytes, number] = [[], 0, number + 1];
  }
  if (bytes > 0 || number === 1) yield Buffer.concat(held, bytes);
}

async function refusalText(answer: Response): Promise<string> {
  const words = await answer.text();
  const message = /<Message>([^<]*)<\/Message>/.exec(words)?.[1];
  return message ? `${message} (${answer.status})` : `answered ${answer.status}`;
}

function tagIn(xml: string, name: string): string {
  const text = tagOf(xml, name);
  if (text === null) throw new Error(`The answer of the S3 server has no ${name}`);
  return text;
}

function tagOf(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? null : plain(text);
}

function plain(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
