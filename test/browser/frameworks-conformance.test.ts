import { FRAMEWORKS, FRAMEWORKS_COPY } from "../runtime/kinds/frameworks";
import { conformsThroughDev } from "../runtime/kinds/through-dev";

conformsThroughDev(FRAMEWORKS, { folder: FRAMEWORKS_COPY });
