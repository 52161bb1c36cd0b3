import { HELLO } from "../runtime/kinds/hello";
import { followsChangedRule } from "./changed-rule";
import { exampleLifecycle } from "./example-lifecycle";
import { PATH_MODE } from "./mode";
import { toldByStatus } from "./told-by-status";

exampleLifecycle(HELLO, PATH_MODE, (deployed) => {
  followsChangedRule(deployed);
  toldByStatus(deployed);
});
