import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isoCBOR } from "@simplewebauthn/server/helpers";

/** What a browser tells about the page that it is asked on. */
interface Asked {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest();
const userWasVerified = 0x05;
const hasCredential = 0x40;

/** A device with one passkey on it, and the browser before it: they answer whatever they are asked. */
export function anAuthenticator() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(16);
  const key = publicKey.export({ format: "jwk" });
  let counter = 0;

  const part = (name: "x" | "y") => new Uint8Array(Buffer.from(key[name] ?? "", "base64url"));
  const coseKey = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, part("x")],
      [-3, part("y")],
    ]),
  );
  const data = (rpId: string, flags: number, more = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(flags);
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(rpId), head, more]);
  };
  const clientData = (type: string, { challenge, origin }: Asked) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const common = { id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key" };

  return {
    id: common.id,
    /** The next answer tells this counter. */
    setCounter(next: number) {
      counter = next;
    },
    register(asked: Asked) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, id, coseKey]);
      const authData = new Uint8Array(data(asked.rpId, userWasVerified | hasCredential, credential));
      const attestation = new Map<string, unknown>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData],
      ]);
      const response = {
        clientDataJSON: clientData("webauthn.create", asked).toString("base64url"),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString("base64url"),
        transports: ["internal"],
      };
      return { ...common, response, clientExtensionResults: {} };
    },
    signIn(asked: Asked, flags = userWasVerified) {
      const [client, authenticator] = [clientData("webauthn.get", asked), data(asked.rpId, flags)];
      const signature = sign("sha256", Buffer.concat([authenticator, sha256(client)]), privateKey);
      const response = {
        clientDataJSON: client.toString("base64url"),
        authenticatorData: authenticator.toString("base64url"),
        signature: signature.toString("base64url"),
      };
      return { ...common, response, clientExtensionResults: {} };
    },
  };
}
