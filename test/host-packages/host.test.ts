import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { certificates } from "../../server/host-packages/certificates.ts";
import { elfInterpreter } from "../../server/host-packages/elf-interpreter.ts";
import { hostProgram } from "../../server/host-packages/host-program.ts";
import { readAndForget, removeLeftovers, temporaryFolder } from "../../server/host-packages/temporary-folder.ts";

const never = new AbortController().signal;
const environment = { PATH: process.env.PATH };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-distribution-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a program of this machine", () => {
  it("comes with the loader and the libraries that it loads", async () => {
    const { content, libraries } = await hostProgram("sleep", environment, never);
    expect(elfInterpreter(content)).toMatch(/^\/lib.*\/ld-.*\.so/);
    expect([...libraries.keys()].map((path) => path.replace(/.*\//, ""))).toContain("libc.so.6");
    expect(libraries.get(elfInterpreter(content) ?? "")?.length).toBeGreaterThan(10_000);
  });

  it("comes alone when it needs none", async () => {
    const path = join(folder, "script");
    await writeFile(path, "#!/bin/true\n", { mode: 0o755 });
    expect(await hostProgram(path, environment, never)).toEqual({
      content: Buffer.from("#!/bin/true\n"),
      libraries: new Map(),
    });
  });

  it.each(["no-such-program", "/no/such/program"])("is missed when it is not there: %s", async (name) => {
    await expect(hostProgram(name, environment, never)).rejects.toThrow(`there is no program ${name} on this machine`);
  });

  it("whose header lies is read no further than it goes", () => {
    const lying = Buffer.alloc(64);
    lying.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    lying.writeBigUInt64LE(60n, 32);
    lying.writeUInt16LE(56, 54);
    lying.writeUInt16LE(9, 56);
    expect(elfInterpreter(lying)).toBeNull();
    expect(elfInterpreter(Buffer.from("short"))).toBeNull();
  });
});

describe("the certificate authorities of this machine", () => {
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  it("are those of the bundle that is named, and those of NODE_EXTRA_CA_CERTS", async () => {
    const SSL_CERT_FILE = await write("bundle", "A\nB\n");
    expect(`${await certificates({ SSL_CERT_FILE })}`).toBe("A\nB\n");
    expect(`${await certificates({ SSL_CERT_FILE, NODE_EXTRA_CA_CERTS: await write("extra", "C\n") })}`).toBe(
      "A\nB\n\nC\n",
    );
    expect(`${await certificates({ SSL_CERT_FILE, NODE_EXTRA_CA_CERTS: SSL_CERT_FILE })}`).toBe("A\nB\n");
  });

  it("are missed when there are none", async () => {
    await expect(certificates({ SSL_CERT_FILE: join(folder, "none") })).rejects.toThrow("install ca-certificates");
  });
});

describe("a temporary folder", () => {
  it("goes when the stream that reads from it has ended", async () => {
    const temporary = await temporaryFolder(folder);
    const gone = new Promise<void>((resolve) => {
      const remove = () => temporary.remove().finally(resolve);
      const stream = readAndForget(Readable.from(["a"]), { ...temporary, remove });
      void finished(stream.resume());
    });
    await gone;
    await expect(stat(temporary.path)).rejects.toThrow("ENOENT");
  });

  it("of a server that was killed is removed by the next", async () => {
    await temporaryFolder(folder);
    await writeFile(join(folder, "other"), "");
    await removeLeftovers(folder);
    expect(await readdir(folder)).toEqual(["other"]);
  });
});
