import ssh2 from "ssh2";

/** See the Git port. */
export function newDeployKey(comment: string): { readonly publicKey: string; readonly privateKey: string } {
  const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519", { comment });
  return { publicKey, privateKey };
}
