import type { Forge } from "../../ports/forge.ts";

/** Says why a delivery is not genuine; null if it is. `signature` is null if the product has no secret to sign with. */
export function whyForeign(signature: ReturnType<Forge["verify"]> | null): string | null {
  switch (signature) {
    case "genuine":
      return null;
    case "missing":
      return "the delivery is not signed: the webhook has no secret at the forge";
    case "wrong":
      return "the signature is wrong: the webhook has a different secret at the forge";
    case null:
      return "this product has no webhook secret yet: generate one on its Repository tab";
  }
}
