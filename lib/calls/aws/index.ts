export { CallQueue, type MessageCounts, MOST_VISIBILITY_S, type Received } from "./call-queue";
export { CallTable, type Deadline, type KeyItem } from "./call-table";
export { type ClientOptions, type Clients, createClients } from "./clients";
export { Clock } from "./clock";
export { ControlAddresses } from "./control-addresses";
export { FunctionMemory, type RememberedFunction } from "./function-memory";
export { INLINE_BYTES, ITEM_BYTES, isNoObject, objectKey, type Part, Payloads } from "./payloads";
export { Registry } from "./registry";
