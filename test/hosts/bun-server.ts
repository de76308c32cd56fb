import { serve, tellReady } from "./fetch-app.ts";

/** The part of Bun's global that is used. */
declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: typeof serve }): { port: number };
};

tellReady(Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: serve }).port);
