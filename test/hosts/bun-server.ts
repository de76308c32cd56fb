import { serve, tellReady } from "./fetch-app.ts";

/** The members of Bun's global that are used here. */
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: typeof serve }): { port: number };
};

tellReady(Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: serve }).port);
