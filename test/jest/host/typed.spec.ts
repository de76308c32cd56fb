import { type Plate, parsePlate } from "@offstreet/enforcement";
import { passportCompanyCode } from "@offstreet/enforcement/passport";
import { createSandbox, type ListeningSandbox } from "@offstreet/enforcement/sandbox";

test("is imported by TypeScript", async () => {
  const plate: Plate = parsePlate("gxk 204");
  expect([plate.number, passportCompanyCode("University")]).toEqual(["GXK204", "PASSPORTUNIVERSITY"]);
  const sandbox: ListeningSandbox = await createSandbox().listen();
  await sandbox.close();
});
