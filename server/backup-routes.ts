import { askedInHandler, call, form, json, page, route, routesAbout } from "./route.ts";

const ofProduct = routesAbout("product", "slug");
const ofDeployment = routesAbout("deployment", "id");
const apiOfInstallation = routesAbout("installation", "id");

/** The pages about backups. They are part of the table in routes.ts. */
export const backupRoutes = {
  productBackups: ofProduct("/products/:slug/backups", {
    get: page("see"),
    post: form("back-up", "backed up"),
  }),
  productBackupPlan: ofProduct("/products/:slug/backups/plan", {
    post: form("settings", "changed the backup schedule of"),
  }),
  /** Tries a restore of a service's newest backup. */
  productDrills: ofProduct("/products/:slug/backups/drills", {
    post: form("back-up", "tried a restore of a backup of"),
  }),
  /** GET says what would be lost, POST does it. */
  backupRestore: ofProduct("/products/:slug/backups/:id{[0-9]+}/restore", {
    get: page("restore"),
    post: form("restore", "restored a backup of"),
  }),
  /** GET asks "are you sure?", POST does it. */
  backupRemove: ofProduct("/products/:slug/backups/:id{[0-9]+}/remove", {
    get: page("restore"),
    post: form("restore", "removed a backup of"),
  }),
  /** `deploymentRedeploy` asks first. */
  deploymentGoBack: ofDeployment("/deployments/:id{[0-9]+}/go-back", {
    post: form("restore", "redeployed with its data"),
  }),
  /** Backups of Baton itself, and where those of products are kept. */
  backupPlace: route("/system/backups", {
    get: page("administer"),
    post: form("administer", "changed where backups are kept"),
  }),
  backUpBaton: route("/system/backups/baton", { post: form("administer", "backed up Baton") }),
} as const;

export const backupCalls = {
  installationBackups: apiOfInstallation("/api/product-deployments/:id/backups", {
    get: json("see"),
    post: call("back-up", "backed up"),
  }),
  installationDrills: apiOfInstallation("/api/product-deployments/:id/restore-drills", {
    get: json("see"),
    post: call("back-up", "tried a restore of a backup of"),
  }),
  installationBackupPlan: apiOfInstallation("/api/product-deployments/:id/backup-plan", {
    get: json("see"),
    put: call("settings", "changed the backup schedule of"),
  }),
  /** Tells what going back to this version with its data would restore, and lose. */
  deploymentData: ofDeployment("/api/deployments/:id/data", { get: json("restore") }),
  deploymentGoBack: ofDeployment("/api/deployments/:id/go-back", {
    post: call("restore", "redeployed with its data"),
  }),
  backups: route("/api/backups", { get: json("enter") }),
  /** Of Baton itself. */
  ownBackups: route("/api/baton-backups", {
    get: json("administer"),
    post: call("administer", "backed up Baton"),
  }),
  /** The handler asks for the right to the product that the backup is of. */
  backup: route("/api/backups/:id", { delete: askedInHandler(call("restore", "removed a backup of")) }),
  backupRestore: route("/api/backups/:id/restore", { post: askedInHandler(call("restore", "restored a backup of")) }),
} as const;
