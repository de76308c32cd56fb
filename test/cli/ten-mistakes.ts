/** The mistakes of `fixtures/ten-mistakes.yaml`: one of each kind, and its place. */
export const TEN_MISTAKES = [
  { provider: "t2-flex", code: "name_differs", location: "lot-102", line: 17, position: 3 },
  { provider: "t2-flex", code: "zone_name_differs", location: "harbour-deck", line: 22, position: 6 },
  { provider: "t2-flex", code: "target_not_linked", location: "st-johns-hall", line: 27 },
  { provider: "t2-flex", code: "target_ambiguous", location: "quarry", line: 31 },
  { provider: "t2-flex", code: "target_unknown", location: "gate", line: 35 },
  { provider: "t2-flex", code: "target_without_location", location: null, line: 69 },
  { provider: "passport", code: "operator_malformed", location: null, line: 71 },
  { provider: "passport", code: "company_code_differs", location: null, line: 2, position: 8 },
  { provider: "hotspot", code: "target_missing", location: "rink", line: 39 },
  { provider: "hotspot", code: "target_of_other_company", location: "pavilion", line: 43 },
] as const;
