/** What stands in git's commands for "there is none". */
export const noObject = "0".repeat(40);
