/** All that needs the AWS SDK for calls, as a file of its own beside the program: a gateway without calls does not load it. */
export { createClients } from "../../../calls/aws";
export { createCallsApi } from "./api/create-calls-api";
export { mountCallsApi } from "./api/mount";
export { createControlService } from "./control/control-service";
export { runWorker } from "./worker/run-worker";
