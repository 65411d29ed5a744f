import type { PageNeeds } from "../page.ts";
import { createBackupPlacePages } from "./backup-place.ts";
import { createProductBackupPages } from "./backups.ts";
import { createDrillPages } from "./drills.ts";

/** The pages about backups: those of products, and the place. */
export const createBackupPages = (needs: PageNeeds) => [
  createProductBackupPages(needs),
  createDrillPages(needs),
  createBackupPlacePages(needs),
];
