import { resolve } from "node:path";

export default {
  // The library is outside of this folder.
  turbopack: { root: resolve(import.meta.dirname, "../../..") },
  distDir: `../node_modules/.cache/next-ledger-${process.env["BUILDER"]}`,
};
