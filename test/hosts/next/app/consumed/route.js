import { serve } from "../../../fetch-app.ts";

export const dynamic = "force-dynamic";
export { serve as POST };
