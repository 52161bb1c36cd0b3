export { buildManifest, type ManifestInput } from "./build";
export {
  isEndpoint,
  MANIFEST_FILE,
  type Manifest,
  type ManifestEndpoint,
  type ManifestFunction,
  type ManifestImage,
  type ManifestRoute,
  type ManifestSpawnFunction,
  manifestSchema,
} from "./schema";
export { renderSummary, type Summary, type SummaryFunction } from "./summary";
