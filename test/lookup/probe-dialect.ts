import type { LookupDialect } from "../../src/core/lookup/dialect.ts";

/** A dialect for every kind of query, whose replies show the whole answer. */
export const probeDialect: LookupDialect = {
  id: "probe",
  places: true,
  methods: ["POST", "GET"],
  contentTypes: ["application/json"],
  readCredential: ({ body }) =>
    (JSON.parse(body) as { login?: { username: string; password: string } }).login,
  parseQuery: ({ body }) => JSON.parse(body),
  renderAnswer: ({ status, reason, matches }) => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      status,
      reason,
      matches: matches.map(({ permit, plate, location, company, ...how }) => ({
        permitId: permit.id,
        companyId: company.id,
        locationId: location.id,
        number: plate.number,
        region: plate.region ?? null,
        ...how,
      })),
    }),
  }),
  renderRefusal: ({ status, code, message, headers = {} }) => ({
    status,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ code, message }),
  }),
};
