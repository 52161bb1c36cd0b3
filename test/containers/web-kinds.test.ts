import { WEB_KINDS } from "../runtime/kinds/web-kinds";
import { exampleContainers } from "./example-containers";

/** Files in an image are as old as its build, and its Python is a Debian release's own. */
const OTHERWISE = /^last-modified: .*|^server: SimpleHTTP.*/;

exampleContainers({ ...WEB_KINDS, oneTime: OTHERWISE });
