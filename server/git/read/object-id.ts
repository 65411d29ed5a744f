/** The id that means "no object" in git's commands. */
export const noObject = "0".repeat(40);
