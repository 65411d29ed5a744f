import type { Role } from "../../server/model/access/role.ts";
import type { Scope } from "../../server/model/access/scope.ts";

/** What each scope lets a token do. */
export const scopeWords: Readonly<Record<Scope, string>> = {
  read: "See products, deployments and logs; clone",
  deploy: "Deploy, redeploy, roll back, cancel and stop",
  "git:push": "Push and clone with git",
  manage: "Change variables, domains and settings",
  admin: "Everything that its owner may do",
};

/** What each role may do beyond the ones before it, short enough for a list of choices on a phone. */
export const roleWords: Readonly<Record<Role, string>> = {
  viewer: "sees, but no values",
  deployer: "pushes and deploys",
  maintainer: "also changes settings",
  admin: "everything",
};
