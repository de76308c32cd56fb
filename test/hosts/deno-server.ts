import { serve, tellReady } from "./fetch-app.ts";

/** The members of Deno's global that are used here. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { port: number }): void },
    handler: typeof serve,
  ): unknown;
};

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => tellReady(port) }, serve);
