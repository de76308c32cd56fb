import type { MappingReport } from "../../../src/index.ts";
import { type T2FlexStation, validateT2FlexMapping } from "../../../src/vendors/t2-flex/mapping.ts";
import { type PlantedMapping, type Planting, plainLocation, slipMistakes } from "./planted-mapping.ts";

/** T2 Flex: every location has its station, in a zone of its own. */
export const t2FlexPlanting: Planting<T2FlexStation> = {
  vendor: "t2-flex",
  cleanPlace(name, index) {
    const zoneName = `Zone ${index % 500}`;
    return {
      index,
      location: { ...plainLocation("t2-flex", { name, index }), zoneName },
      entries: [{ description: name, stationLocation: name, zone: zoneName }],
    };
  },
  mistakes: [
    ...slipMistakes<T2FlexStation>((place, slipOn) => {
      const description = slipOn(place.location.name);
      if (description !== undefined)
        place.entries = place.entries.map((entry) => ({ ...entry, description }));
      return description !== undefined;
    }),
    (place) => {
      place.entries = [];
      return ["target_unknown"];
    },
    (place) => {
      place.entries = place.entries.map((entry) => ({ ...entry, stationLocation: "" }));
      return ["target_not_linked"];
    },
    (place) => {
      place.entries = place.entries.map((entry) => ({ ...entry, zone: "zone 1" }));
      return ["zone_name_differs"];
    },
    (place) => {
      place.entries = [...place.entries, ...place.entries];
      return ["target_ambiguous"];
    },
    (place) => {
      place.entries = [...place.entries, { description: `Closed since ${place.index}` }];
      return ["target_without_location"];
    },
  ],
};

export function validateT2Flex({
  company,
  locations,
  entries,
}: PlantedMapping<T2FlexStation>): MappingReport {
  return validateT2FlexMapping({ company, locations, stations: entries });
}
