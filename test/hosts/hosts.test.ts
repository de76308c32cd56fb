import { describeHost } from "../lookup/hosts/suite.ts";
import { hono, koa } from "./node-hosts.ts";
import { bun, deno, next } from "./runtime-hosts.ts";

for (const host of [hono, koa, next, bun, deno]) describeHost(host);
