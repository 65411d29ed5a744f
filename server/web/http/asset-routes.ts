import { Hono } from "hono";
import { routes } from "../../routes.ts";
import type { Auth } from "../access/auth.ts";
import type { WebEnv } from "../needs.ts";
import type { Assets } from "./assets.ts";
import { notFound } from "./problem.ts";

export function createAssetRoutes(assets: Assets, auth: Auth) {
  return new Hono<WebEnv>().get(routes.asset(":file"), auth.allow("everyone"), (c) => {
    const asset = assets.find(c.req.param("file") ?? "");
    if (!asset) throw notFound("such file");
    const isCurrent = c.req.query("v") === asset.version;
    return c.body(asset.body, 200, {
      "Content-Type": asset.contentType,
      "Cache-Control": isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
}
