import { join } from "node:path";

/** A data folder with this file is being restored, or a restore broke off: nothing may be served from it. */
export const restoringFile = (dataFolder: string) => join(dataFolder, "restoring");
