import { fileURLToPath } from "node:url";

/** The workspace, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** This folder, with a slash at its end. */
export const HERE = fileURLToPath(new URL(".", import.meta.url));
