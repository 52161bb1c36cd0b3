import { WEB_KINDS } from "../runtime/kinds/web-kinds";
import { exampleLifecycle } from "./example-lifecycle";
import { PATH_MODE } from "./mode";

exampleLifecycle(WEB_KINDS, PATH_MODE);
