/** The set-up scripts run before TypeScript is installed, so they are JavaScript without declarations. */
declare module "*.mjs";
