import { serve, tellReady } from "./fetch-app.ts";

/** The part of Deno's global that is used. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { port: number }): void },
    handler: typeof serve,
  ): unknown;
};

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => tellReady(port) }, serve);
