import { expressHosts } from "./hosts/express-hosts.ts";
import { fastifyHosts } from "./hosts/fastify-hosts.ts";
import { fetchHandler, nodeHttp } from "./hosts/plain-hosts.ts";
import { describeHost } from "./hosts/suite.ts";

// One suite for every host. Hosts that are heavy to install are in test/hosts.
for (const host of [fetchHandler, nodeHttp, ...expressHosts, ...fastifyHosts]) describeHost(host);
