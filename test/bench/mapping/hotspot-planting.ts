import type { MappingReport } from "../../../src/index.ts";
import { type HotSpotSpot, validateHotSpotMapping } from "../../../src/vendors/hotspot/mapping.ts";
import {
  type Place,
  type PlantedMapping,
  type Planting,
  plainLocation,
  slipMistakes,
} from "./planted-mapping.ts";

/** HotSpot: every location has its SpotID, with the location's name beside it. */
export const hotSpotPlanting: Planting<HotSpotSpot> = {
  vendor: "hotspot",
  cleanPlace(name, index) {
    const spotId = `0${100_000 + index}`;
    return {
      index,
      location: plainLocation("hotspot", { name, index, target: spotId }),
      entries: [{ spotId, name }],
    };
  },
  mistakes: [
    ...slipMistakes<HotSpotSpot>((place, slipOn) => {
      const name = slipOn(place.location.name);
      if (name !== undefined) place.entries = place.entries.map((spot) => ({ ...spot, name }));
      return name !== undefined;
      // HotSpot goes by the SpotID: whatever is wrong with the name, it is only said.
    }).map(
      (mistake) => (place: Place<HotSpotSpot>, random: () => number) =>
        mistake(place, random) && (["name_differs"] as const),
    ),
    (place) => {
      pointTo(place, `${100_000 + place.index}`);
      return ["leading_zeros_differ"];
    },
    (place) => {
      pointTo(place, `0${100_000 + place.index} `);
      return ["target_malformed"];
    },
    (place) => {
      pointTo(place, `X${place.index}`);
      return ["target_unknown", "target_without_location"];
    },
    (place) => {
      pointTo(place, undefined);
      return ["target_missing", "target_without_location"];
    },
  ],
};

export function validateHotSpot({ company, locations, entries }: PlantedMapping<HotSpotSpot>): MappingReport {
  return validateHotSpotMapping({ company, locations, spotIds: entries });
}

function pointTo(place: Place<HotSpotSpot>, target: string | undefined): void {
  const { name } = place.location;
  const { index } = place;
  place.location = plainLocation("hotspot", { name, index, ...(target === undefined ? {} : { target }) });
}
