import type { PageNeeds } from "../page.ts";
import { createBackupPlacePages } from "./backup-place.ts";
import { createProductBackupPages } from "./backups.ts";

/** The pages about backups: those of products, and the place. */
export const createBackupPages = (needs: PageNeeds) => [createProductBackupPages(needs), createBackupPlacePages(needs)];
