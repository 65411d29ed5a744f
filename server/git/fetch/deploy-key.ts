import ssh2 from "ssh2";

/** See the Git port. */
export function newDeployKey(comment: string): { readonly publicKey: string; readonly privateKey: string } {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519", { comment });
    // ssh2 1.17 cuts off leading zeros, and with them one of 256 keys.
    if (!(ssh2.utils.parseKey(privateKey) instanceof Error)) return { publicKey, privateKey };
  }
}
