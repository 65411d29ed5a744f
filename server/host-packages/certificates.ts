import { readFile } from "node:fs/promises";
import { HostPackagesUnavailable } from "../ports/host/host-packages.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const defaultBundle = "/etc/ssl/certs/ca-certificates.crt";

/** The certificate authorities that programs on this machine trust, including one of a TLS-inspecting proxy. */
export async function certificates(environment: Environment): Promise<Buffer> {
  const bundle = await readIfThere(environment.SSL_CERT_FILE || defaultBundle);
  const extra = environment.NODE_EXTRA_CA_CERTS ? await readIfThere(environment.NODE_EXTRA_CA_CERTS) : null;
  const found = bundle ?? extra;
  if (!found) throw new HostPackagesUnavailable("this machine has no CA certificates: install ca-certificates");
  // It often names the same bundle, or a copy of it.
  return !extra || found.includes(extra) ? found : Buffer.concat([found, Buffer.from("\n"), extra]);
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}
