import { utils } from "ssh2";

/** See the port. */
export function newDeployKey(comment: string): { readonly publicKey: string; readonly privateKey: string } {
  const { private: privateKey, public: publicKey } = utils.generateKeyPairSync("ed25519", { comment });
  return { publicKey, privateKey };
}
