// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how values refer to variables.
import { expect, test } from "vitest";
import { createWorld } from "../fakes/fake-world.ts";

test("a variable that refers to what is gone fails the deployment, says which, and leaves the live version alone", async () => {
  const world = createWorld();
  const good = await world.push("shop");
  await world.decided(good);
  await world.push("blog");
  await world.atRest();
  const [shop, blog] = [await world.product("shop"), await world.product("blog")];
  await world.store.installations.changeVariables(blog.installation.id, { API_KEY: "k" }, []);
  await world.store.installations.changeVariables(shop.installation.id, { KEY: "${{ blog.API_KEY }}" }, []);
  await world.ask((commands) => commands.deleteProduct(blog.product, { keepVolumes: false }));
  await world.atRest();

  const bad = await world.push("shop");
  const deployment = await world.decided(bad);
  expect(deployment).toMatchObject({ status: "failed", failure: { stage: "plan" } });
  const { message, hint } = deployment.status === "failed" ? deployment.failure : { message: "", hint: "" };
  expect(message).toContain("KEY");
  expect(message).toContain("blog");
  expect(hint).toBe("Correct the reference on the Variables page, then deploy again.");
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: good });
});
