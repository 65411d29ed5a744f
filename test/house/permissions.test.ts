import { join } from "node:path";
import { expect, test } from "vitest";
import { permissionsPage } from "./permissions-page.ts";

/** To write it anew: npx vitest run --project unit test/house/permissions.test.ts -u */
test("docs/permissions.md says what the code does", async () => {
  await expect(permissionsPage()).toMatchFileSnapshot(join(import.meta.dirname, "../../docs/permissions.md"));
});
