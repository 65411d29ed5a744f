import type { InstallationId } from "../../model/names/ids.ts";
import type { DeleteOptions } from "../../ports/store/products.ts";
import type { Uses } from "../adapters.ts";

/** Like `deleteProduct`, for one installation. The product, its repository and its other installations stay. */
export async function uninstall(
  { store, wakeQueue, wakeReconciler }: Uses<"store" | "wakeQueue" | "wakeReconciler">,
  id: InstallationId,
  leaving: DeleteOptions,
): Promise<void> {
  await store.installations.markDeleted(id, leaving);
  wakeQueue();
  wakeReconciler();
}
