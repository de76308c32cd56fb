import { type Company, type Location, memoryDirectory } from "@offstreet/enforcement";

// The company and its one lot: officers look permits up from T2 Flex, and Passport receives them.
const on = { "t2-flex": { enabled: true }, passport: { enabled: true } };

const companies: Company[] = [{ id: "fundy", name: "University of Fundy", providers: on }];

const locations: Location[] = [
  {
    id: "lot-101",
    companyId: "fundy",
    name: "Lot 101",
    region: "CA-NB",
    providers: { ...on, passport: { enabled: true, target: "101" } },
  },
];

export const zones = [{ id: "6a1f7e0e-3f1e-4c58-9f0a-0d6c5b1f2a11", number: "101", name: "Lot 101" }];

export const directory = memoryDirectory({ companies, locations });
