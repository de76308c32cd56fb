import type { Company, Location } from "../../src/core/directory/directory.ts";

export const OPERATOR_ID = "c1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10";
export const ZONES = [
  { id: "5ebb04a1-e52c-40ea-baf1-48087cca24a4", number: "101", name: "Lot A" },
  { id: "974ed87d-9070-46d5-8890-98f316db76bf", number: "102", name: "Lot B" },
  { id: "0a6d5b0e-7f3f-4c55-a0ad-0d4a6fdfc1b7", number: "103", name: "Core Zone" },
];
export const SPOTS = ["14283", "15320", "00417"];
export const STATIONS = ["Lot A", "Lot B", "Lot C"].map((description) => ({
  description,
  stationLocation: description,
  zone: description === "Lot C" ? "Core Zone" : description,
}));

export const COMPANY: Company = {
  id: "fundy",
  name: "University of Fundy",
  providers: {
    passport: { enabled: true, code: "PASSPORTUNIVERSITYOFFUNDY" },
    hotspot: { enabled: true },
    "t2-flex": { enabled: true },
  },
};

export const LOCATIONS: readonly Location[] = ["a", "b", "c"].map((letter, index) => ({
  id: `lot-${letter}`,
  companyId: COMPANY.id,
  name: `Lot ${letter.toUpperCase()}`,
  region: "CA-NB",
  ...(letter === "c" ? { zoneName: "Core Zone" } : {}),
  providers: {
    passport: { enabled: true, target: ZONES[index]?.id ?? "", stage: "testing" },
    hotspot: { enabled: true, target: SPOTS[index] ?? "" },
    "t2-flex": { enabled: true },
  },
}));
