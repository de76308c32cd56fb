import { resolve } from "node:path";

export default {
  // The library and the suite's handler are outside of this folder.
  turbopack: { root: resolve(import.meta.dirname, "../../..") },
  distDir: "../node_modules/.cache/next",
};
